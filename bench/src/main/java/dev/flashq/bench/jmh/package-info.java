/** Micro-benchmarks of the wire codecs and of the engine; {@code ./flashq bench --jmh}. */
@NullMarked
package dev.flashq.bench.jmh;

import org.jspecify.annotations.NullMarked;
