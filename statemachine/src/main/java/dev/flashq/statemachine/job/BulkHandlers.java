package dev.flashq.statemachine.job;

import static dev.flashq.protocol.ErrorCode.DUPLICATE_KEY;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;

import dev.flashq.statemachine.Command.DrainQueue;
import dev.flashq.statemachine.Command.RemoveJobs;
import dev.flashq.statemachine.Command.RetryDeadJobs;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.engine.Turn;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Commands over many jobs of a queue; each does a bounded part and says whether more is left. */
public final class BulkHandlers {
  /** Jobs looked at for each job that may be removed. */
  private static final int LOOKS_PER_REMOVAL = 4;

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
    var ids = new ArrayList<Long>();
    boolean more = false;
    for (JobState state : List.of(JobState.WAITING, JobState.DELAYED)) {
      more |=
          collect(
              queue,
              state,
              command.limit() - ids.size(),
              ids,
              job -> job.id() < command.belowJob());
    }
    removeAll(ids, turn);
    return new Removed(ids.size(), more);
  }

  public Reply remove(RemoveJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue == null) {
      return new Removed(0, false);
    }
    var ids = new ArrayList<Long>();
    long before = turn.now() - command.olderThanMs();
    boolean more =
        collect(
            queue,
            command.state(),
            command.limit(),
            ids,
            job -> job.id() < command.belowJob() && since(job) <= before);
    removeAll(ids, turn);
    return new Removed(ids.size(), more);
  }

  private static long since(Job job) {
    return switch (job.status()) {
      case JobStatus.Completed completed -> completed.at();
      case JobStatus.Dead dead -> dead.at();
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _ ->
          job.createdAt();
    };
  }

  public Reply retry(RetryDeadJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    var ids = new ArrayList<Long>();
    boolean more = false;
    if (command.job() != null) {
      Job job = jobs.find(command.job().value());
      if (queue == null
          || job == null
          || job.queue() != queue.id()
          || !(job.status() instanceof JobStatus.Dead)) {
        return new Refused(JOB_NOT_FOUND, "Job " + command.job() + " not found in DLQ");
      }
      if (keyIsTaken(queue, job)) {
        return new Refused(DUPLICATE_KEY, "Duplicate job with key: " + job.options().uniqueKey());
      }
      ids.add(job.id());
    } else if (queue != null) {
      more = collect(queue, JobState.FAILED, command.limit(), ids, job -> !keyIsTaken(queue, job));
    }
    int moved = 0;
    for (long id : ids) {
      Job job = existing(id);
      // Asked again: of two dead jobs with one key the first has it now.
      if (queue != null && !keyIsTaken(queue, job)) {
        lifecycle.makeReady(job.afresh(), turn.now());
        moved++;
      }
    }
    return new Removed(moved, more);
  }

  private boolean keyIsTaken(Queue queue, Job job) {
    return job.options().uniqueKey() != null
        && jobs.uniqueKeyHolder(queue, job.options().uniqueKey()) != 0;
  }

  /**
   * Adds up to {@code limit} matching jobs of a state, in the order of its index; true when it
   * stopped early.
   */
  private boolean collect(
      Queue queue, JobState state, int limit, List<Long> ids, Predicate<Job> wanted) {
    int end = ids.size() + limit;
    var looks = new int[1];
    var stopped = new boolean[1];
    byte[] prefix = Bytes.of(queue.id());
    for (Column column : columns(state)) {
      tables.scan(
          column,
          prefix,
          start(queue, column, prefix),
          (key, value) -> {
            if (ids.size() >= end || looks[0]++ >= (long) limit * LOOKS_PER_REMOVAL) {
              stopped[0] = true;
              return false;
            }
            long id = jobId(column, key, value);
            // A group's front stands in two orders; it is met in its group's.
            Job job = existing(id);
            if ((column != Column.READY || job.options().groupId() == null) && wanted.test(job)) {
              ids.add(id);
            }
            return true;
          });
    }
    return stopped[0];
  }

  /** The ready order begins at its front: before it are only the graves of what was delivered. */
  private static byte[] start(Queue queue, Column column, byte[] prefix) {
    Slot first = column == Column.READY ? queue.ready().first() : null;
    return first == null ? prefix : first.keyUnder(queue.id());
  }

  private static List<Column> columns(JobState state) {
    return switch (state) {
      // Groups first: while they are full of jobs, their fronts in the ready order are only passed
      // over.
      case WAITING -> List.of(Column.GROUPED, Column.READY);
      case DELAYED -> List.of(Column.DELAYED);
      case ACTIVE -> List.of(Column.ACTIVE);
      case COMPLETED -> List.of(Column.COMPLETED);
      case FAILED -> List.of(Column.DEAD);
      case WAITING_CHILDREN -> List.of(Column.BLOCKED);
    };
  }

  private static long jobId(Column column, byte[] key, byte[] value) {
    return switch (column) {
      case ACTIVE -> Bytes.longAt(key, 4);
      case GROUPED -> Slot.of(key, value, 12).value();
      case READY -> Slot.of(key, value, 4).value();
      case COMPLETED -> CompletedSlot.job(Slot.of(key, value, 4).value());
      default -> Slot.of(key, value, 4).minor();
    };
  }

  private void removeAll(List<Long> ids, Turn turn) {
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
