@NullMarked
package dev.flashq.cluster;

import org.jspecify.annotations.NullMarked;
