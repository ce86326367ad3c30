package dev.flashq.statemachine;

import com.google.protobuf.ByteString;

/**
 * A data key in the key ring.
 *
 * @param id its number; never used again
 * @param queues the pattern of the namespace that it is of; empty: of none
 * @param subject the name of the data subject that it is of, as a hash; empty: of none. The key
 *     that is of neither is the one that makes these hashes
 * @param madeAt Unix ms
 */
public record StoredKey(
    long id, String queues, ByteString subject, WrappedKey wrapped, long madeAt) {}
