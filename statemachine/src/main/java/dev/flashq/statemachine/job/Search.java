package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Turn;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Predicate;

/** Looks through the jobs of a queue, a bounded part at a time. */
public final class Search {
  /** Of the number of a queue at the front of its keys. */
  private static final int PREFIX_BYTES = 4;

  private final Tables tables;
  private final JobStore jobs;

  public Search(Tables tables, JobStore jobs) {
    this.tables = tables;
    this.jobs = jobs;
  }

  /**
   * Matching jobs.
   *
   * @param next where to go on; empty when these are all
   */
  record Found(SequencedSet<Long> ids, ByteString next) {
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
  Found collect(
      Queue queue,
      List<Column> columns,
      ByteString from,
      int wanted,
      Predicate<Job> matches,
      Turn turn) {
    return collect(queue, columns, from, wanted, matches, _ -> false, turn);
  }

  /** As {@link #collect}, of jobs that are in the state of the columns since a time or longer. */
  Found since(long at, Queue queue, JobState state, ByteString from, int wanted, Turn turn) {
    // Where the oldest stand in front, none behind one that is too young is old enough.
    boolean ordered = state == JobState.COMPLETED || state == JobState.FAILED;
    return collect(
        queue,
        columns(state),
        from,
        wanted,
        job -> job.since() <= at,
        job -> ordered && job.since() > at,
        turn);
  }

  /**
   * @param ends whether nothing that is wanted stands behind a job in its column
   */
  private Found collect(
      Queue queue,
      List<Column> columns,
      ByteString from,
      int wanted,
      Predicate<Job> matches,
      Predicate<Job> ends,
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
            return !ends.test(job);
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

  /** An order begins at its front: before it are only the graves of what was taken. */
  private static byte[] start(Queue queue, Column column, byte[] prefix, ByteString from) {
    byte[] start =
        from.isEmpty()
            ? prefix
            : ByteString.copyFrom(prefix).concat(from.substring(1)).toByteArray();
    Slot first =
        switch (column) {
          case READY -> queue.ready().first();
          case COMPLETED -> queue.completed().first();
          case COMPLETED_AGED -> queue.completedAged().first();
          default -> null;
        };
    byte[] front = first == null ? prefix : first.keyUnder(queue.id());
    return Arrays.compareUnsigned(front, start) > 0 ? front : start;
  }

  static List<Column> columns(JobState state) {
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

  Job existing(long id) {
    Job job = jobs.find(id);
    if (job == null) {
      throw new StorageException("job " + id + " is in an index without a record");
    }
    return job;
  }
}
