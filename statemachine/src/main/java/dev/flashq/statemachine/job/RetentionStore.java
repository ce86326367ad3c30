package dev.flashq.statemachine.job;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.SetRetention;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.RetentionCodec;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.Selection;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/**
 * Policies for what is kept of jobs that have ended. While there are any, a timer goes through the
 * queues, a bounded part at a time, and begins again a minute after it has come to the end.
 */
public final class RetentionStore {
  private final Tables tables;
  private final Meta meta;
  private final Timers timers;
  private final Selection selection;
  private final Lifecycle lifecycle;
  private final TreeMap<String, Retention> policies = new TreeMap<>();

  public RetentionStore(
      Tables tables, Meta meta, Timers timers, Selection selection, Lifecycle lifecycle) {
    this.tables = tables;
    this.meta = meta;
    this.timers = timers;
    this.selection = selection;
    this.lifecycle = lifecycle;
    load();
  }

  private void load() {
    tables.scan(
        Column.RETENTIONS,
        new byte[0],
        new byte[0],
        (_, row) -> {
          Retention retention = parse(row);
          policies.put(retention.queues(), retention);
          return true;
        });
  }

  /** A stored policy. */
  public static Retention parse(byte[] row) {
    try {
      return RetentionCodec.decode(LogProto.SetRetention.parseFrom(row));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable retention policy", e);
    }
  }

  public Reply set(SetRetention command, Turn turn) {
    Retention retention = command.retention();
    byte[] key = Bytes.of(retention.queues());
    if (retention.isEmpty()) {
      if (policies.remove(retention.queues()) != null) {
        tables.delete(Column.RETENTIONS, key);
      }
    } else if (!policies.containsKey(retention.queues()) && policies.size() >= Limits.RETENTIONS) {
      return new Refused(
          ErrorCode.LIMIT_EXCEEDED,
          "The cluster keeps at most " + Limits.RETENTIONS + " retention policies");
    } else {
      policies.put(retention.queues(), retention);
      tables.put(Column.RETENTIONS, key, RetentionCodec.encode(retention).toByteArray());
    }
    if (!policies.isEmpty()) {
      // Whatever it was at: what is said now holds for queues that were passed, too.
      await(turn.now(), "");
    }
    return Reply.Done.DONE;
  }

  private void await(long due, String from) {
    if (meta.retentionSweep() != 0) {
      timers.remove(meta.retentionSweep(), TimerKind.RETENTION_SWEEP, 0);
    }
    timers.put(due, TimerKind.RETENTION_SWEEP, 0, Bytes.of(from));
    meta.retentionSweep(due);
  }

  /**
   * The timer fires.
   *
   * @param from the first name of a queue that is left; empty: all are
   * @return how many jobs went
   */
  public int sweep(byte[] from, int limit, Turn turn) {
    meta.retentionSweep(0);
    if (policies.isEmpty()) {
      return 0;
    }
    Selection.Queues chosen =
        selection.from(
            new String(from, StandardCharsets.UTF_8),
            "*",
            queue -> queue.completedJobs() + queue.dead() > 0,
            turn);
    int gone = 0;
    for (Queue queue : chosen.queues()) {
      if (gone >= limit || (gone > 0 && turn.work().isSpent())) {
        await(turn.now(), queue.name().value());
        return gone;
      }
      gone += sweep(queue, limit - gone, turn);
    }
    if (gone >= limit && !chosen.queues().isEmpty()) {
      await(turn.now(), chosen.queues().getLast().name().value());
    } else if (chosen.next().isEmpty()) {
      await(turn.now() + Limits.RETENTION_MS, "");
    } else {
      await(turn.now(), chosen.next());
    }
    return gone;
  }

  private int sweep(Queue queue, int limit, Turn turn) {
    int gone = 0;
    for (Retention retention : policies.values()) {
      if (retention.covers(queue.name())) {
        gone +=
            lifecycle.forgetCompleted(
                queue,
                before(retention.completedMs(), turn),
                most(retention.completedCount()),
                limit - gone);
        gone +=
            lifecycle.forgetDead(
                queue,
                before(retention.deadMs(), turn),
                most(retention.deadCount()),
                limit - gone,
                turn);
      }
    }
    return gone;
  }

  private static long before(long ms, Turn turn) {
    return ms == 0 ? Long.MIN_VALUE : turn.now() - ms;
  }

  private static long most(long count) {
    return count == 0 ? Long.MAX_VALUE : count;
  }

  /** Reads everything again from the database. */
  public void forget() {
    policies.clear();
    load();
  }
}
