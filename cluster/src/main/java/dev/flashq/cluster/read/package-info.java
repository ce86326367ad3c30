/** Reads that see every answered write. */
@NullMarked
package dev.flashq.cluster.read;

import org.jspecify.annotations.NullMarked;
