package dev.flashq.cluster.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/** Bytes between our protobuf and the copy of protobuf inside Ratis. */
final class Buffers {
  private Buffers() {}

  /**
   * Copies once: decoding from an array is faster than from Ratis's buffer, and payloads then share
   * the array.
   */
  static ByteString ours(org.apache.ratis.thirdparty.com.google.protobuf.ByteString theirs) {
    return UnsafeByteOperations.unsafeWrap(theirs.toByteArray());
  }

  static org.apache.ratis.thirdparty.com.google.protobuf.ByteString theirs(ByteString ours) {
    return org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations.unsafeWrap(
        ours.asReadOnlyByteBuffer());
  }
}
