package dev.flashq.statemachine;

import com.google.protobuf.ByteString;

/**
 * A key that only who has a ring key can unwrap.
 *
 * @param ring number of the ring key
 */
public record WrappedKey(long ring, ByteString bytes) {}
