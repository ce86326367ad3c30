@NullMarked
package dev.flashq.security.seal;

import org.jspecify.annotations.NullMarked;
