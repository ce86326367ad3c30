/**
 * JSON and MessagePack by hand, one value at a time: readers over a byte range, writers into a
 * growing array, and the way from one encoding to the other. Nothing here builds a tree; hostile
 * input fails with {@link dev.flashq.protocol.wire.WireException} and nothing else.
 */
@NullMarked
package dev.flashq.protocol.wire;

import org.jspecify.annotations.NullMarked;
