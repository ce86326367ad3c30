package dev.flashq.statemachine.job;

import static java.util.Objects.requireNonNull;

import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.access.QuotaStore;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
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
  private final QuotaStore quotas;
  private final Meta meta;

  public PushJobsHandler(
      JobStore jobs,
      QueueStore queues,
      Debounce debounce,
      Lifecycle lifecycle,
      QuotaStore quotas,
      Meta meta) {
    this.jobs = jobs;
    this.queues = queues;
    this.quotas = quotas;
    this.debounce = debounce;
    this.lifecycle = lifecycle;
    this.meta = meta;
  }

  public Reply handle(PushJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    Refused full = queue == null ? queues.refusal(turn) : null;
    QuotaStore.Pushing pushing = quotas.pushing(turn.principal(), turn.grant(), command.queue());
    var outcomes = new ArrayList<PushOutcome>(command.jobs().size());
    for (NewJob job : command.jobs()) {
      PushOutcome known = turn.flaw(outcomes.size());
      if (known == null) {
        known = known(queue, job.options(), turn);
      }
      if (known == null && full != null) {
        return full;
      }
      if (known == null) {
        known = pushing.take(turn.now());
      }
      if (known == null && queue == null) {
        // Only a job that is taken makes a queue known.
        queue = queues.add(command.queue(), turn);
      }
      outcomes.add(known != null ? known : add(requireNonNull(queue), job, turn));
    }
    return new Reply.Pushed(outcomes);
  }

  /** What can be said without adding the job; null when it is to be added. */
  private @Nullable PushOutcome known(@Nullable Queue queue, JobOptions options, Turn turn) {
    if (queue != null && options.customId() != null) {
      Job existing = jobs.byCustomId(queue, options.customId());
      // After it has completed, another one takes over its id, as in flashQ.
      if (existing != null && !(existing.status() instanceof JobStatus.Completed)) {
        return new PushOutcome.Accepted(new JobId(existing.id()), true);
      }
    }
    Refused refusal = lifecycle.refusal(queue, options, turn.grant());
    if (refusal == null
        && queue != null
        && options.debounceId() != null
        && debounce.holds(queue, options.debounceId(), turn.now())) {
      return Reason.PUSHED_RECENTLY.refuses(options.debounceId());
    }
    return refusal;
  }

  private PushOutcome add(Queue queue, NewJob job, Turn turn) {
    JobOptions options = job.options();
    long id = meta.nextJobId();
    if (options.debounceId() != null) {
      debounce.open(queue, options.debounceId(), options.debounceTtlMs(), turn.now());
    }
    JobStatus status = lifecycle.begin(id, options, turn.now() + options.delayMs(), turn.now());
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
}
