/**
 * Where secrets of the configuration stand, and how they are got from there. Of the other modules
 * it knows the reader of JSON alone.
 */
@NullMarked
package dev.flashq.security.secrets;

import org.jspecify.annotations.NullMarked;
