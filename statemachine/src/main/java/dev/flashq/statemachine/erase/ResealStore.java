package dev.flashq.statemachine.erase;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.Command.ResealJobs;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.job.Replacements;
import dev.flashq.statemachine.keys.KeyRingStore;
import dev.flashq.statemachine.state.proto.StateProto.ResealRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import org.jspecify.annotations.Nullable;

/** How far everything has been sealed anew; a new key begins it from the front. */
public final class ResealStore {
  /** Its row among the settings. */
  public static final byte[] KEY = Bytes.of("reseal");

  private final Tables tables;
  private final Meta meta;
  private final Replacements replacements;
  private final KeyRingStore keys;

  public ResealStore(Tables tables, Meta meta, Replacements replacements, KeyRingStore keys) {
    this.tables = tables;
    this.meta = meta;
    this.replacements = replacements;
    this.keys = keys;
  }

  /** By its row. */
  public static Reseal view(byte @Nullable [] row) {
    if (row == null) {
      return Reseal.NONE;
    }
    ResealRecord record = parse(row);
    return new Reseal(
        record.getVersion(),
        record.getBeganAt(),
        record.getEndedAt(),
        record.getNext(),
        record.getLast(),
        new Reseal.Counts(
            record.getLooked(), record.getSealed(), record.getUnreadable(), record.getMissed()));
  }

  private static ResealRecord parse(byte[] row) {
    try {
      return ResealRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of the walk that seals anew", e);
    }
  }

  /** The reply to a command that may have made a new key. */
  public Reply after(Reply reply, Turn turn) {
    if (reply instanceof Reply.Done) {
      put(
          ResealRecord.newBuilder()
              .setVersion(meta.dataRules())
              .setBeganAt(turn.now())
              .setNext(1)
              .setLast(meta.lastJobId()));
    }
    return reply;
  }

  public Reply step(ResealJobs command, Turn turn) {
    byte[] row = tables.get(Column.SETTINGS, KEY);
    if (row == null) {
      return new Reply.Removed(0, true);
    }
    ResealRecord record = parse(row);
    if (record.getEndedAt() != 0
        || record.getVersion() != command.version()
        || record.getNext() != command.from()
        || command.to() < command.from()) {
      return new Reply.Removed(0, true);
    }
    Replacements.Outcome outcome = replacements.carryOut(command.replacements(), command.skip());
    if (outcome.conflict() != 0) {
      return new Reply.Removed(0, true);
    }
    var next =
        record.toBuilder()
            .setNext(command.to())
            .setLooked(record.getLooked() + command.looked())
            .setSealed(record.getSealed() + outcome.changed())
            .setUnreadable(record.getUnreadable() + command.unreadable())
            .setMissed(record.getMissed() + outcome.missed());
    boolean atTheEnd = command.to() > record.getLast();
    boolean done = atTheEnd && next.getMissed() == 0;
    if (done) {
      next.setEndedAt(turn.now());
      keys.retire();
    } else if (atTheEnd) {
      next.setNext(1).setLooked(0).setUnreadable(0).setMissed(0);
    }
    put(next);
    return new Reply.Removed(0, !done);
  }

  private void put(ResealRecord.Builder record) {
    tables.put(Column.SETTINGS, KEY, record.build().toByteArray());
  }
}
