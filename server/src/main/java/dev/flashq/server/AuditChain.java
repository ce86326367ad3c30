package dev.flashq.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.audit.Block;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import java.util.HexFormat;
import java.util.Optional;

/** Checks blocks of the audit trail one after the other: nothing changed, moved, or left out. */
final class AuditChain {
  private ByteString expected = ByteString.EMPTY;
  private boolean begun;
  private long next;
  private long at;
  private long records;
  private long blocks;

  /** The next block; what is wrong with it, if anything is. */
  Optional<String> add(byte[] bytes) {
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
    begun = true;
    expected = Block.hash(bytes);
    next = block.getFirst() + block.getCommandsCount();
    at = block.getAt();
    records += block.getCommandsCount();
    blocks++;
    return Optional.empty();
  }

  /** Whether these were all blocks up to the head that the cluster names. */
  Optional<String> end(String head) {
    String last = HexFormat.of().formatHex(expected.toByteArray());
    return last.equals(head) || (!begun && blocks == 0)
        ? Optional.empty()
        : Optional.of("the trail was cut off behind record " + (next - 1));
  }

  /** The time of the last block, Unix ms, and the number of its first record: where to go on. */
  long lastAt() {
    return at;
  }

  long nextRecord() {
    return next;
  }

  String summary() {
    return records
        + " records in "
        + blocks
        + " blocks, whole up to record "
        + (next == 0 ? 0 : next - 1)
        + ", head "
        + HexFormat.of().formatHex(expected.toByteArray());
  }
}
