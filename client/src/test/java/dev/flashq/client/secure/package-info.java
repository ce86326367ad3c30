@NullMarked
package dev.flashq.client.secure;

import org.jspecify.annotations.NullMarked;
