package dev.flashq.statemachine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * A block of the audit trail to which all blocks before it lead.
 *
 * @param index of its log entry
 * @param count number of its last record
 * @param atMs its time, Unix ms
 * @param hash its SHA-256
 * @param signature of the leader over all of these; empty: it is not signed
 */
public record AuditHead(long index, long count, long atMs, ByteString hash, ByteString signature) {
  private static final byte[] PURPOSE = "flashq audit head".getBytes(US_ASCII);

  public AuditHead signed(ByteString with) {
    return new AuditHead(index, count, atMs, hash, with);
  }

  /** What is signed. */
  public byte[] message() {
    return ByteBuffer.allocate(PURPOSE.length + 3 * Long.BYTES + hash.size())
        .put(PURPOSE)
        .putLong(index)
        .putLong(count)
        .putLong(atMs)
        .put(hash.asReadOnlyByteBuffer())
        .array();
  }
}
