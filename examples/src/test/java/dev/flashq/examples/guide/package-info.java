@NullMarked
package dev.flashq.examples.guide;

import org.jspecify.annotations.NullMarked;
