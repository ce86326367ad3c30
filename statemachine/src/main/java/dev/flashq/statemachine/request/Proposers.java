package dev.flashq.statemachine.request;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.state.proto.StateProto.ProposerRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.KeyTable;
import dev.flashq.statemachine.store.Tables;
import java.util.List;

/**
 * Which entries of each node have been applied, so that an entry that a node sent twice, because it
 * could not know whether a lost leader had it, takes effect once.
 */
public final class Proposers {
  private final KeyTable rows;

  public Proposers(Tables tables) {
    this.rows = new KeyTable(tables, Column.META);
  }

  /** Notes the entry; false when it must not take effect (again). */
  public boolean admit(EntryHeader header) {
    byte[] key = Bytes.of("proposer/" + header.node());
    ProposerRecord known = read(key);
    if (header.boot() < known.getBoot()) {
      // From before the node's last start: nobody waits for it, and it may have been applied
      // already.
      return false;
    }
    boolean sameBoot = header.boot() == known.getBoot();
    List<Long> applied = sameBoot ? known.getAppliedList() : List.of();
    long settled = sameBoot ? known.getSettled() : 0;
    if (header.sequence() < settled || applied.contains(header.sequence())) {
      return false;
    }
    var next =
        ProposerRecord.newBuilder()
            .setBoot(header.boot())
            .setSettled(Math.max(settled, header.settled()));
    applied.stream().filter(sequence -> sequence >= next.getSettled()).forEach(next::addApplied);
    rows.put(key, next.addApplied(header.sequence()).build().toByteArray());
    return true;
  }

  private ProposerRecord read(byte[] key) {
    byte[] row = rows.get(key);
    try {
      return row == null ? ProposerRecord.getDefaultInstance() : ProposerRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a proposing node", e);
    }
  }

  public void entryWritten() {
    rows.entryWritten();
  }
}
