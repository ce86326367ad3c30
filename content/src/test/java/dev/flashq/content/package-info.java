@NullMarked
package dev.flashq.content;

import org.jspecify.annotations.NullMarked;
