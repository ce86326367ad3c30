/** A cluster of real processes on this machine's loopback, for trying out, benchmarks and tests. */
@NullMarked
package dev.flashq.launcher;

import org.jspecify.annotations.NullMarked;
