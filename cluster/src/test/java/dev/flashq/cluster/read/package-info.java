@NullMarked
package dev.flashq.cluster.read;

import org.jspecify.annotations.NullMarked;
