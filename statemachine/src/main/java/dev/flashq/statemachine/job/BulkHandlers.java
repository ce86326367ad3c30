package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.DrainQueue;
import dev.flashq.statemachine.Command.RemoveJobs;
import dev.flashq.statemachine.Command.RetryDeadJobs;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Predicate;

/** Commands over many jobs of a queue; each does a bounded part and says whether more is left. */
public final class BulkHandlers {
  /** Of the number of a queue at the front of its keys. */
  private static final int PREFIX_BYTES = 4;

  private final Tables tables;
  private final JobStore jobs;
  private final QueueStore queues;
  private final Lifecycle lifecycle;

  public BulkHandlers(Tables tables, JobStore jobs, QueueStore queues, Lifecycle lifecycle) {
    this.tables = tables;
    this.jobs = jobs;
    this.queues = queues;
    this.lifecycle = lifecycle;
  }

  public Reply drain(DrainQueue command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue == null) {
      return new Removed(0, false);
    }
    var columns = new ArrayList<>(columns(JobState.WAITING));
    columns.addAll(columns(JobState.DELAYED));
    Found found =
        collect(
            queue,
            columns,
            command.from(),
            command.limit(),
            job -> job.id() < command.belowJob(),
            turn);
    removeAll(found.ids, turn);
    return found.removed(found.ids.size());
  }

  public Reply remove(RemoveJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue == null) {
      return new Removed(0, false);
    }
    long before = turn.now() - command.olderThanMs();
    Found found =
        collect(
            queue,
            columns(command.state()),
            command.from(),
            command.limit(),
            job -> job.id() < command.belowJob() && since(job) <= before,
            turn);
    removeAll(found.ids, turn);
    return found.removed(found.ids.size());
  }

  /** When the job came into the state in which it is. */
  private static long since(Job job) {
    return switch (job.status()) {
      case JobStatus.Ready ready -> ready.since();
      case JobStatus.Delayed delayed -> delayed.since();
      case JobStatus.Active active -> active.startedAt();
      case JobStatus.Completed completed -> completed.at();
      case JobStatus.Dead dead -> dead.at();
      case JobStatus.Blocked blocked -> blocked.since();
    };
  }

  public Reply retry(RetryDeadJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (command.job() != null) {
      Job job = jobs.find(command.job().value());
      if (queue == null
          || job == null
          || job.queue() != queue.id()
          || !(job.status() instanceof JobStatus.Dead)) {
        return Reason.NOT_DEAD.refuses(command.job().value());
      }
      Refused refusal = lifecycle.refusal(queue, job.options(), turn.grant());
      if (refusal != null) {
        return refusal;
      }
      lifecycle.revive(job, turn.now());
      return new Removed(1, false);
    }
    if (queue == null) {
      return new Removed(0, false);
    }
    Found found =
        collect(queue, columns(JobState.FAILED), command.from(), command.limit(), _ -> true, turn);
    int moved = 0;
    for (long id : found.ids) {
      Job job = existing(id);
      // Asked now: what was revived before it may hold its key, or be what it waits for.
      if (lifecycle.refusal(queue, job.options(), turn.grant()) == null) {
        lifecycle.revive(job, turn.now());
        moved++;
      }
    }
    return found.removed(moved);
  }

  /**
   * Matching jobs.
   *
   * @param next where to go on; empty when these are all
   */
  private record Found(SequencedSet<Long> ids, ByteString next) {
    Removed removed(int count) {
      return new Removed(count, !next.isEmpty(), next);
    }
  }

  /**
   * Up to {@code wanted} matching jobs in the order of their columns, at least one and at most
   * {@link Limits#REMOVALS_PER_COMMAND}; fewer when too many others stand between them.
   *
   * @param from the number of a column, and the key in it behind that of the queue
   */
  private Found collect(
      Queue queue,
      List<Column> columns,
      ByteString from,
      int wanted,
      Predicate<Job> matches,
      Turn turn) {
    int limit = Math.clamp(wanted, 1, Limits.REMOVALS_PER_COMMAND);
    var ids = new LinkedHashSet<Long>();
    int looksLeft = Math.min(Limits.LOOKS_PER_COMMAND, turn.work().looksLeft());
    var looks = new int[1];
    var next = new ByteString[] {ByteString.EMPTY};
    byte[] prefix = Bytes.of(queue.id());
    int first = from.isEmpty() ? 0 : Byte.toUnsignedInt(from.byteAt(0));
    for (int i = first; i < columns.size() && next[0].isEmpty(); i++) {
      Column column = columns.get(i);
      byte number = (byte) i;
      tables.scan(
          column,
          prefix,
          start(queue, column, prefix, i == first ? from : ByteString.EMPTY),
          (key, value) -> {
            boolean enough = ids.size() >= limit || looks[0] >= looksLeft;
            if (enough || (looks[0] > 0 && turn.work().isSpent())) {
              next[0] = place(number, key);
              return false;
            }
            long id = jobId(column, key, value);
            Job job = existing(id);
            looks[0] += 1 + awaited(job);
            turn.work().looked(1 + awaited(job), job.weight());
            if (matches.test(job)) {
              ids.add(id);
            }
            return true;
          });
    }
    return new Found(ids, next[0]);
  }

  /** Dependencies that go with the job, or come back with it. */
  private static int awaited(Job job) {
    return switch (job.status()) {
      case JobStatus.Blocked _, JobStatus.Dead _ -> job.options().dependsOn().size();
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Active _, JobStatus.Completed _ -> 0;
    };
  }

  private static ByteString place(byte column, byte[] key) {
    return ByteString.copyFrom(new byte[] {column})
        .concat(ByteString.copyFrom(key, PREFIX_BYTES, key.length - PREFIX_BYTES));
  }

  /** The ready order begins at its front: before it are only the graves of what was delivered. */
  private static byte[] start(Queue queue, Column column, byte[] prefix, ByteString from) {
    byte[] start =
        from.isEmpty()
            ? prefix
            : ByteString.copyFrom(prefix).concat(from.substring(1)).toByteArray();
    Slot first = column == Column.READY ? queue.ready().first() : null;
    byte[] front = first == null ? prefix : first.keyUnder(queue.id());
    return Arrays.compareUnsigned(front, start) > 0 ? front : start;
  }

  private static List<Column> columns(JobState state) {
    return switch (state) {
      // Groups first: while they are full of jobs, another front follows each that is removed. And
      // last, for a front that stepped back meanwhile because a better job of its group came.
      case WAITING -> List.of(Column.GROUPED, Column.READY, Column.GROUPED);
      case DELAYED -> List.of(Column.DELAYED);
      case ACTIVE -> List.of(Column.ACTIVE);
      case COMPLETED -> List.of(Column.COMPLETED, Column.COMPLETED_AGED);
      case FAILED -> List.of(Column.DEAD);
      case WAITING_CHILDREN -> List.of(Column.BLOCKED);
    };
  }

  private static long jobId(Column column, byte[] key, byte[] value) {
    return switch (column) {
      case ACTIVE -> Bytes.longAt(key, 4);
      case GROUPED -> Slot.of(key, value, 12).value();
      case READY -> Slot.of(key, value, 4).value();
      case COMPLETED, COMPLETED_AGED -> CompletedSlot.job(Slot.of(key, value, 4).value());
      default -> Slot.of(key, value, 4).minor();
    };
  }

  private void removeAll(SequencedSet<Long> ids, Turn turn) {
    for (long id : ids) {
      Job job = jobs.find(id);
      if (job != null) {
        lifecycle.remove(job, turn);
      }
    }
  }

  private Job existing(long id) {
    Job job = jobs.find(id);
    if (job == null) {
      throw new StorageException("job " + id + " is in an index without a record");
    }
    return job;
  }
}
