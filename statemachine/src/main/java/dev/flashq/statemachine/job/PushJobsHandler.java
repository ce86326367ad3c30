package dev.flashq.statemachine.job;

import static dev.flashq.protocol.ErrorCode.DEBOUNCED;
import static dev.flashq.protocol.ErrorCode.DUPLICATE_KEY;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.engine.Meta;
import dev.flashq.statemachine.engine.Turn;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Adds jobs, each unless its custom id, unique key, debounce window or dependencies speak against
 * it.
 */
public final class PushJobsHandler {
  private final JobStore jobs;
  private final QueueStore queues;
  private final Debounce debounce;
  private final Lifecycle lifecycle;
  private final Meta meta;

  public PushJobsHandler(
      JobStore jobs, QueueStore queues, Debounce debounce, Lifecycle lifecycle, Meta meta) {
    this.jobs = jobs;
    this.queues = queues;
    this.debounce = debounce;
    this.lifecycle = lifecycle;
    this.meta = meta;
  }

  public Reply handle(PushJobs command, Turn turn) {
    Queue queue = queues.findOrAdd(command.queue());
    if (queue == null) {
      return new Refused(LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.QUEUES + " queues");
    }
    var outcomes = new ArrayList<PushOutcome>(command.jobs().size());
    for (NewJob job : command.jobs()) {
      outcomes.add(push(queue, job, turn));
    }
    return new Reply.Pushed(outcomes);
  }

  private PushOutcome push(Queue queue, NewJob job, Turn turn) {
    JobOptions options = job.options();
    if (options.customId() != null) {
      long existing = jobs.byCustomId(options.customId());
      if (existing != 0) {
        return new PushOutcome.Accepted(new JobId(existing), true);
      }
    }
    Refused refusal = refusal(queue, options, turn.now());
    return refusal != null ? refusal : add(queue, job, turn);
  }

  private @Nullable Refused refusal(Queue queue, JobOptions options, long now) {
    if (options.uniqueKey() != null && jobs.uniqueKeyHolder(queue, options.uniqueKey()) != 0) {
      return new Refused(DUPLICATE_KEY, "Duplicate job with key: " + options.uniqueKey());
    }
    for (JobId awaited : options.dependsOn()) {
      if (awaited.value() > meta.lastJobId()) {
        return new Refused(
            INVALID_REQUEST, "depends_on names job " + awaited + ", which was never pushed");
      }
      Job job = jobs.find(awaited.value());
      if (job != null && job.status() instanceof JobStatus.Dead) {
        return new Refused(WRONG_STATE, "depends_on names job " + awaited + ", which has failed");
      }
    }
    if (options.debounceId() != null && debounce.holds(queue, options.debounceId(), now)) {
      return new Refused(
          DEBOUNCED, "Debounced: job with id '" + options.debounceId() + "' was pushed recently");
    }
    return null;
  }

  private PushOutcome add(Queue queue, NewJob job, Turn turn) {
    JobOptions options = job.options();
    long id = meta.nextJobId();
    if (options.debounceId() != null) {
      debounce.open(queue, options.debounceId(), options.debounceTtlMs(), turn.now());
    }
    JobStatus status = status(id, options, turn.now());
    jobs.add(
        new Job(
            id,
            queue.id(),
            options,
            job.data().bytes().size(),
            turn.now(),
            0,
            0,
            0,
            0,
            null,
            null,
            0,
            status),
        job.data());
    meta.countPushed();
    return new PushOutcome.Accepted(new JobId(id), false);
  }

  private JobStatus status(long id, JobOptions options, long now) {
    long runAt = now + options.delayMs();
    int remaining = 0;
    for (JobId awaited : new LinkedHashSet<>(options.dependsOn())) {
      Job job = jobs.find(awaited.value());
      // A job that is gone had ended and been forgotten: there is nothing left to wait for.
      if (job != null && !(job.status() instanceof JobStatus.Completed)) {
        lifecycle.awaits(id, job);
        remaining++;
      }
    }
    return remaining > 0
        ? new JobStatus.Blocked(remaining, runAt)
        : lifecycle.readyAt(runAt, options.lifo(), now);
  }
}
