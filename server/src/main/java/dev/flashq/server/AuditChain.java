package dev.flashq.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.security.SigningKey;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.audit.Block;
import dev.flashq.statemachine.log.AuditCodec;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Checks the audit trail line by line, as it is exported: nothing changed, moved, or left out, and
 * signed with the key of the cluster.
 */
final class AuditChain {
  /**
   * Milliseconds of a trail that may be without a signature at its end. A leader signs it at least
   * every minute.
   */
  private static final long UNSIGNED_MS = 300_000;

  private final String pinned;
  private byte[] key = new byte[0];
  private ByteString expected = ByteString.EMPTY;
  private boolean begun;
  private boolean ended;
  private long next;
  private long at;
  private long index;
  private long records;
  private long blocks;
  private long signed;

  /** Time of the first block behind the last signed head. */
  private long unsignedAt;

  /**
   * @param pinned the key, in base64; empty: the one that the trail names
   */
  AuditChain(String pinned) {
    this.pinned = pinned;
  }

  /** What is wrong with the next line, if anything is. */
  Optional<String> line(String line) {
    int blank = line.indexOf(' ');
    String value = line.substring(blank + 1);
    return switch (blank < 0 ? line : line.substring(0, blank)) {
      case "key" -> key(value);
      case "block" -> block(Base64.getDecoder().decode(value));
      case "signed" -> head(Base64.getDecoder().decode(value));
      case "head" -> end(value);
      default -> Optional.of("a line is neither the key, a block, a signed head nor the head");
    };
  }

  private Optional<String> key(String text) {
    key = Base64.getDecoder().decode(text);
    return pinned.isEmpty() || pinned.equals(text)
        ? Optional.empty()
        : Optional.of("the trail is signed with another key: " + text);
  }

  private Optional<String> block(byte[] bytes) {
    AuditBlock block;
    try {
      block = AuditBlock.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return Optional.of("block " + (blocks + 1) + " cannot be read");
    }
    if (begun && !block.getBefore().equals(expected)) {
      return Optional.of("the chain is broken in front of record " + block.getFirst());
    }
    if (begun && block.getFirst() != next) {
      return Optional.of("record " + next + " is missing");
    }
    if (block.getAt() < at) {
      return Optional.of("record " + block.getFirst() + " is earlier than the one before it");
    }
    if (!begun || signed == next - 1) {
      unsignedAt = block.getAt();
    }
    begun = true;
    expected = Block.hash(bytes);
    next = block.getFirst() + block.getCommandsCount();
    at = block.getAt();
    index = block.getIndex();
    records += block.getCommandsCount();
    blocks++;
    return Optional.empty();
  }

  /** A signed head stands behind its block. */
  private Optional<String> head(byte[] bytes) {
    AuditHead head;
    try {
      head = AuditCodec.decode(LogProto.AuditHead.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return Optional.of("a signed head behind record " + (next - 1) + " cannot be read");
    }
    if (!SigningKey.verifies(key, head.message(), head.signature().toByteArray())) {
      return Optional.of("the head of record " + head.count() + " is not signed with the key");
    }
    if (head.count() >= next) {
      return Optional.of(
          "the trail was cut off behind record " + (next - 1) + ": " + head.count() + " is signed");
    }
    if (head.count() != next - 1
        || head.atMs() != at
        || head.index() != index
        || !head.hash().equals(expected)) {
      return Optional.of("record " + head.count() + " is not the one that was signed");
    }
    signed = head.count();
    return Optional.empty();
  }

  /** Whether these were all blocks up to the head that the cluster names. */
  private Optional<String> end(String head) {
    ended = true;
    String last = HexFormat.of().formatHex(expected.toByteArray());
    if (!last.equals(head) && blocks > 0) {
      return Optional.of("the trail was cut off behind record " + (next - 1));
    }
    if (key.length == 0) {
      return pinned.isEmpty() ? Optional.empty() : Optional.of("the trail is not signed");
    }
    return signed < next - 1 && at - unsignedAt > UNSIGNED_MS
        ? Optional.of("signed heads are missing behind record " + signed)
        : Optional.empty();
  }

  /** What is wrong at the end of all lines. */
  Optional<String> finished() {
    return ended ? Optional.empty() : Optional.of("the head is missing at the end");
  }

  String summary() {
    return records
        + " records in "
        + blocks
        + " blocks, whole up to record "
        + Math.max(0, next - 1)
        + ", head "
        + HexFormat.of().formatHex(expected.toByteArray())
        + (signed == 0
            ? ", not signed"
            : ", signed up to record "
                + signed
                + " with key "
                + Base64.getEncoder().encodeToString(key));
  }
}
