package dev.flashq.statemachine.request;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.state.proto.StateProto.ProposerRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.LookupMap;
import dev.flashq.statemachine.store.Tables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of each node have been applied, so that an entry that a node sent twice, because it
 * could not know whether a lost leader had it, takes effect once.
 */
public final class Proposers {
  private final Tables tables;
  // Only members propose, so there are few.
  private final LookupMap<String, ProposerRecord> known = LookupMap.create();

  public Proposers(Tables tables) {
    this.tables = tables;
  }

  /** Notes the entry; false when it must not take effect (again). */
  public boolean admit(EntryHeader header) {
    ProposerRecord last = last(header.node());
    if (header.boot() < last.getBoot()) {
      // From before the node's last start: nobody waits for it, and it may have been applied
      // already.
      return false;
    }
    boolean sameBoot = header.boot() == last.getBoot();
    List<Long> applied = sameBoot ? last.getAppliedList() : List.of();
    long settled = sameBoot ? last.getSettled() : 0;
    if (header.sequence() < settled || applied.contains(header.sequence())) {
      return false;
    }
    var next =
        ProposerRecord.newBuilder()
            .setBoot(header.boot())
            .setSettled(Math.max(settled, header.settled()));
    applied.stream().filter(sequence -> sequence >= next.getSettled()).forEach(next::addApplied);
    ProposerRecord record = next.addApplied(header.sequence()).build();
    known.put(header.node(), record);
    tables.put(Column.META, key(header.node()), record.toByteArray());
    return true;
  }

  /** The last start of a node that entries are from; 0 when there are none. */
  public long lastBoot(String node) {
    return last(node).getBoot();
  }

  private ProposerRecord last(String node) {
    ProposerRecord record = known.get(node);
    return record == null ? read(node) : record;
  }

  private static byte[] key(String node) {
    return Bytes.of("proposer/" + node);
  }

  private ProposerRecord read(String node) {
    byte @Nullable [] row = tables.get(Column.META, key(node));
    try {
      return row == null ? ProposerRecord.getDefaultInstance() : ProposerRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a proposing node", e);
    }
  }

  /** Reads the records again when they are asked for. */
  public void forget() {
    known.clear();
  }
}
