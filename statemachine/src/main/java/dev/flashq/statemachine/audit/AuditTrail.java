package dev.flashq.statemachine.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.AccessCodec;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.state.proto.StateProto.AuditedCommand;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What clients did and were refused. The records of an entry form one block, which names the hash
 * of the block before it: no record can be changed, moved or left out without a trace.
 */
public final class AuditTrail {
  /** Under this name the policy stands among the settings. */
  public static final byte[] POLICY = Bytes.of("audit-policy");

  private static final Refused FULL =
      new Refused(
          ErrorCode.AUDIT_FULL,
          "The audit trail is full: nothing more is done that would have to be recorded");

  /** Blocks that one command may remove to make room for itself. */
  private static final int BLOCKS_FOR_ROOM = 1000;

  private final Tables tables;
  private final Meta meta;
  private final Timers timers;
  private final AuditHeads heads;
  private final Block block = new Block();
  private @Nullable AuditPolicy policy;

  public AuditTrail(Tables tables, Meta meta, Timers timers) {
    this.tables = tables;
    this.meta = meta;
    this.timers = timers;
    this.heads = new AuditHeads(tables, meta);
    this.policy = policy(tables.get(Column.SETTINGS, POLICY));
  }

  /** A stored policy; null when nobody has said one. */
  public static @Nullable AuditPolicy policy(byte @Nullable [] stored) {
    try {
      return stored == null ? null : AccessCodec.decode(LogProto.SetAuditPolicy.parseFrom(stored));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable audit policy", e);
    }
  }

  /** What is recorded when nobody has said a policy; in an open cluster nobody has a name. */
  public static AuditPolicy policy(@Nullable AuditPolicy said, boolean guarded) {
    return said != null ? said : guarded ? AuditPolicy.DEFAULT : AuditPolicy.OF_OPEN_CLUSTER;
  }

  private AuditPolicy policy() {
    return policy(policy, meta.isProtected());
  }

  /** An entry is begun, or begun anew. */
  public void begin() {
    block.clear();
  }

  /** Why a command cannot be carried out, because what it does could not be recorded. */
  public @Nullable Refused refusal(Submission submission, Turn turn) {
    AuditAction action = AuditAction.of(submission.command());
    return turn.featureLevel() >= FeatureLevel.AUDIT
            && action != null
            && !submission.principal().isSystem()
            && !(submission.command() instanceof Command.SetAuditPolicy)
            && policy().mayRecord(action)
            && isFull(turn)
        ? FULL
        : null;
  }

  private boolean isFull(Turn turn) {
    return meta.auditBytes() >= policy().keepBytes()
        && !(policy().whenFull() == AuditPolicy.WhenFull.DROP_EXPORTED && makeRoom(turn));
  }

  /** Records what a command has come to, if it is to be recorded. */
  public void note(Submission submission, Reply reply, Turn turn) {
    AuditAction action = AuditAction.of(submission.command());
    String named = turn.takeNamed();
    if (turn.featureLevel() < FeatureLevel.AUDIT || action == null) {
      return;
    }
    QueueName queue = Effect.queue(submission.command());
    String name = queue == null ? named : queue.value();
    if (!Effect.isRefused(reply) && !action.isRead() && !policy().records(action, name)) {
      return;
    }
    Effect effect = Effect.of(submission.command(), reply);
    if (effect == null) {
      return;
    }
    if (effect.refused() != null && isFull(turn)) {
      // It had no effect; that it was tried is counted.
      meta.countUnrecorded(1);
    } else {
      block.add(encode(submission, action, name, effect));
    }
  }

  /**
   * Records refused logins, a record for each address. Nobody has to say who it is for them, so
   * that the last quarter of the room is kept from them.
   */
  public Reply note(Command.NoteLogins command) {
    for (Command.RefusedLogins refused : command.refused()) {
      if (meta.auditBytes() >= policy().keepBytes() / 4 * 3) {
        meta.countUnrecorded(refused.count());
      } else {
        block.add(encode(refused));
      }
    }
    return Reply.Done.DONE;
  }

  private AuditedCommand encode(Command.RefusedLogins refused) {
    return AuditedCommand.newBuilder()
        .setAction(AuditAction.LOGIN.number())
        .setAddress(block.place(refused.address()))
        .setRefused(ErrorCode.INVALID_TOKEN.number())
        .setCount(refused.count())
        .build();
  }

  private AuditedCommand encode(
      Submission submission, AuditAction action, String queue, Effect effect) {
    Principal who = submission.principal();
    var command =
        AuditedCommand.newBuilder()
            .setAction(action.number())
            .setUser(block.place(who.isAnonymous() ? "" : who.name()))
            .setAddress(block.place(who.address() == null ? "" : who.address()))
            .setQueue(block.place(queue))
            .setSubject(block.place(Effect.subject(submission.command())))
            .setRefused(effect.refused() == null ? 0 : effect.refused().code().number())
            .setCount(effect.count())
            .setFailed(effect.failed());
    long before = 0;
    for (JobId job : effect.jobs()) {
      command.addJobs(job.value() - before);
      before = job.value();
    }
    return command.build();
  }

  public AuditHeads heads() {
    return heads;
  }

  /** Puts the block of the entry at an index into the batch. */
  public void write(long now, long index) {
    if (block.isEmpty()) {
      return;
    }
    long first = meta.lastAuditRecord() + 1;
    boolean signs = meta.featureLevel() >= FeatureLevel.AUDIT_HEADS;
    byte[] bytes = block.encode(first, now, meta.auditHead(), signs ? index : 0);
    tables.insert(Column.AUDIT, Bytes.of(now, first), bytes);
    meta.auditBlockAdded(first + block.records() - 1, Block.hash(bytes), bytes.length);
    if (signs) {
      meta.auditLast(now, first, index);
    }
    if (meta.auditDue() == 0) {
      meta.auditFrom(now, first);
      await(now + policy().keepMs());
    }
    block.clear();
  }

  private void await(long due) {
    meta.auditDue(due);
    timers.put(due, TimerKind.AUDIT_RETENTION, 0);
  }

  public Reply set(Command.SetAuditPolicy command) {
    policy = command.policy();
    tables.put(Column.SETTINGS, POLICY, AccessCodec.encode(command.policy()).toByteArray());
    if (meta.auditDue() != 0) {
      timers.remove(meta.auditDue(), TimerKind.AUDIT_RETENTION, 0);
      await(meta.auditFromMs() + command.policy().keepMs());
    }
    return Reply.Done.DONE;
  }

  /**
   * The timer fires: blocks that are old enough go.
   *
   * @return how many went
   */
  public int removeOld(int limit, Turn turn) {
    long before = turn.now() - policy().keepMs();
    meta.auditDue(0);
    return remove(limit, turn, (at, _) -> at <= before);
  }

  /** Lets the oldest blocks go that have been written out; whether there is room then. */
  private boolean makeRoom(Turn turn) {
    if (meta.auditFromNumber() == 0 || meta.auditFromNumber() > meta.auditExported()) {
      return false;
    }
    var bytes = new long[] {meta.auditBytes()};
    var _ =
        remove(
            BLOCKS_FOR_ROOM,
            turn,
            (_, block) -> {
              boolean goes =
                  bytes[0] >= policy().keepBytes() && Block.last(block) <= meta.auditExported();
              bytes[0] -= goes ? block.length : 0;
              return goes;
            });
    return meta.auditBytes() < policy().keepBytes();
  }

  /** Removes the oldest blocks as long as they are to go, and sets the timer for the next one. */
  private int remove(int limit, Turn turn, BiPredicate<Long, byte[]> goes) {
    var old = new ArrayList<Old>();
    var rest = new long[] {0, 0};
    tables.scan(
        Column.AUDIT,
        new byte[0],
        Bytes.of(meta.auditFromMs(), meta.auditFromNumber()),
        (key, value) -> {
          long at = Bytes.longAt(key, 0);
          if (old.size() >= limit || turn.work().isSpent() || !goes.test(at, value)) {
            rest[0] = at;
            rest[1] = Bytes.longAt(key, 8);
            return false;
          }
          turn.work().looked(1, value.length);
          return old.add(new Old(key, value.length));
        });
    for (Old row : old) {
      tables.delete(Column.AUDIT, row.key);
      meta.auditBlockRemoved(row.bytes);
    }
    if (meta.auditSigned() > 0) {
      heads.removeBelow(rest[1] == 0 ? Long.MAX_VALUE : rest[0], rest[1]);
    }
    meta.auditFrom(rest[0], rest[1]);
    if (meta.auditDue() != 0) {
      timers.remove(meta.auditDue(), TimerKind.AUDIT_RETENTION, 0);
      meta.auditDue(0);
    }
    if (rest[1] != 0) {
      await(Math.max(turn.now(), rest[0] + policy().keepMs()));
    }
    return old.size();
  }

  private record Old(byte[] key, int bytes) {}

  /** The node that was asked has found that it is to be recorded. */
  public Reply note(Command.NoteRead command) {
    return command.refused() == null
        ? Reply.Done.DONE
        : new Refused(command.refused(), "Somebody was refused an answer");
  }

  /** What is recorded. */
  public AuditPolicy said() {
    return policy();
  }

  public Reply note(Command.NoteExported command) {
    if (command.record() > meta.auditExported() && command.record() <= meta.lastAuditRecord()) {
      meta.auditExported(command.record(), command.atMs());
    }
    return Reply.Done.DONE;
  }

  /** How far the trail has come. */
  public AuditStanding standing() {
    return new AuditStanding(
        meta.lastAuditRecord(),
        heads.latest(),
        meta.auditLastFirst(),
        meta.auditSigned(),
        meta.auditSignedMs(),
        heads.key(),
        meta.auditExported(),
        meta.auditExportedMs());
  }

  /** Reads everything again from the database. */
  public void forget() {
    block.clear();
    policy = policy(tables.get(Column.SETTINGS, POLICY));
    heads.forget();
  }
}
