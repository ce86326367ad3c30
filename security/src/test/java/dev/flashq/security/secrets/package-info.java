@NullMarked
package dev.flashq.security.secrets;

import org.jspecify.annotations.NullMarked;
