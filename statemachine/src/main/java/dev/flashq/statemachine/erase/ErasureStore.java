package dev.flashq.statemachine.erase;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.BeginErasure;
import dev.flashq.statemachine.Command.CancelErasure;
import dev.flashq.statemachine.Command.EraseJobs;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Erasure.Counts;
import dev.flashq.statemachine.Erasure.Status;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.job.Replacements;
import dev.flashq.statemachine.log.AccessCodec;
import dev.flashq.statemachine.log.ErasureCodec;
import dev.flashq.statemachine.state.proto.StateProto.ErasureRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Erasures, those that run and the latest that have ended; one after the other gets its turn. */
public final class ErasureStore {
  private final Tables tables;
  private final Meta meta;
  private final Replacements replacements;

  public ErasureStore(Tables tables, Meta meta, Replacements replacements) {
    this.tables = tables;
    this.meta = meta;
    this.replacements = replacements;
  }

  /** A stored erasure. */
  public static ErasureRecord parse(byte[] row) {
    try {
      return ErasureRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable erasure", e);
    }
  }

  /** As it is shown. */
  public static Erasure view(long number, ErasureRecord record) {
    Status status = Status.of(record.getStatus());
    if (status == null) {
      throw new StorageException("an erasure in a state that this version does not know");
    }
    return new Erasure(
        number,
        record.getBy(),
        request(record),
        status,
        record.getBeganAt(),
        record.getEndedAt(),
        record.getNext(),
        record.getLast(),
        new Counts(
            record.getLooked(),
            record.getMatched(),
            record.getChanged(),
            record.getActive(),
            record.getUnreadable(),
            record.getMissed()));
  }

  private static Erasure.Request request(ErasureRecord record) {
    try {
      return ErasureCodec.decode(LogProto.BeginErasure.parseFrom(record.getRequest()));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable erasure", e);
    }
  }

  /** What whoever began it was allowed then. */
  public static Grant grant(ErasureRecord record) {
    if (record.getEverything()) {
      return Grant.EVERYTHING;
    }
    var roles = new ArrayList<Role>();
    try {
      for (ByteString role : record.getRolesList()) {
        roles.add(AccessCodec.decode(LogProto.Role.parseFrom(role)));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable erasure", e);
    }
    return Grant.of(roles, UseLimits.NONE);
  }

  public Reply begin(BeginErasure command, Turn turn) {
    if (makeRoom() >= Limits.ERASURES_RUNNING) {
      return new Refused(
          ErrorCode.LIMIT_EXCEEDED,
          "At most " + Limits.ERASURES_RUNNING + " erasures wait for their turn");
    }
    var record =
        ErasureRecord.newBuilder()
            .setRequest(ErasureCodec.encode(command.request()).toByteString())
            .setBy(turn.principal().isAnonymous() ? "" : turn.principal().name())
            .setBeganAt(turn.now())
            .setNext(1)
            .setLast(meta.lastJobId());
    if (turn.grant().isEverything()) {
      record.setEverything(true);
    } else {
      turn.grant()
          .roles()
          .forEach(role -> record.addRoles(AccessCodec.encode(role).toByteString()));
    }
    if (record.getRolesList().stream().mapToLong(ByteString::size).sum()
        > Limits.ERASURE_GRANT_BYTES) {
      return new Refused(
          ErrorCode.LIMIT_EXCEEDED,
          "The roles of who asks for an erasure have at most "
              + Limits.ERASURE_GRANT_BYTES
              + " bytes");
    }
    long number = meta.nextErasure();
    put(number, record.build());
    return new Reply.Begun(number);
  }

  /** Forgets the oldest that have ended, if there are too many; answers how many run. */
  private int makeRoom() {
    var ended = new ArrayList<Long>();
    var running = new int[1];
    tables.scan(
        Column.ERASURES,
        new byte[0],
        new byte[0],
        (key, row) -> {
          if (parse(row).getStatus() == Status.RUNNING.number()) {
            running[0]++;
          } else {
            ended.add(Bytes.longAt(key, 0));
          }
          return true;
        });
    for (long number : ended.subList(0, Math.max(0, ended.size() - (Limits.ERASURES - 1)))) {
      tables.delete(Column.ERASURES, Bytes.of(number));
    }
    return running[0];
  }

  public Reply cancel(CancelErasure command, Turn turn) {
    ErasureRecord record = find(command.number());
    if (record == null || !mayBeSeen(record, turn.principal().name(), turn.grant())) {
      return Reason.NO_ERASURE.refuses(command.number());
    }
    if (record.getStatus() == Status.RUNNING.number()) {
      put(command.number(), ended(record.toBuilder(), Status.CANCELLED, turn));
    }
    return Reply.Done.DONE;
  }

  /** Whoever began it may see it, and who sees to the security of all. */
  public static boolean mayBeSeen(ErasureRecord record, String name, Grant grant) {
    return grant.allowsOnCluster(Operation.SECURITY)
        || (!record.getBy().isEmpty() && record.getBy().equals(name));
  }

  public Reply step(EraseJobs command, Turn turn) {
    ErasureRecord record = find(command.number());
    if (record == null
        || record.getStatus() != Status.RUNNING.number()
        || record.getNext() != command.from()
        || command.to() < command.from()) {
      return new Reply.Removed(0, true);
    }
    Replacements.Outcome outcome = replacements.carryOut(command.replacements(), command.skip());
    if (outcome.conflict() != 0) {
      // Another step looks at it again; what comes behind it is looked at then.
      return new Reply.Removed(0, true);
    }
    var next =
        record.toBuilder()
            .setNext(command.to())
            .setLooked(record.getLooked() + command.seen().looked())
            .setMatched(record.getMatched() + command.seen().matched())
            .setActive(record.getActive() + command.seen().active())
            .setUnreadable(record.getUnreadable() + command.seen().unreadable())
            .setChanged(record.getChanged() + outcome.changed())
            .setMissed(record.getMissed() + outcome.missed());
    boolean done = command.to() > record.getLast();
    put(command.number(), done ? ended(next, Status.DONE, turn) : next.build());
    return done
        ? new Reply.Removed((int) Math.min(next.getChanged(), Integer.MAX_VALUE), false)
        : new Reply.Removed(0, true);
  }

  /** What was looked for is not known any more. */
  private static ErasureRecord ended(ErasureRecord.Builder record, Status status, Turn turn) {
    try {
      var request = LogProto.BeginErasure.parseFrom(record.getRequest()).toBuilder().clearEquals();
      return record
          .setRequest(request.build().toByteString())
          .clearRoles()
          .setStatus(status.number())
          .setEndedAt(turn.now())
          .build();
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable erasure", e);
    }
  }

  private @Nullable ErasureRecord find(long number) {
    byte[] row = tables.get(Column.ERASURES, Bytes.of(number));
    return row == null ? null : parse(row);
  }

  private void put(long number, ErasureRecord record) {
    tables.put(Column.ERASURES, Bytes.of(number), record.toByteArray());
  }
}
