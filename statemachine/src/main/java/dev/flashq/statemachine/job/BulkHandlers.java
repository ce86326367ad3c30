package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Command.DrainQueue;
import dev.flashq.statemachine.Command.RemoveJobs;
import dev.flashq.statemachine.Command.RetryDeadJobs;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;

/** Commands over many jobs of a queue; each does a bounded part and says whether more is left. */
public final class BulkHandlers {
  private final Search search;
  private final JobStore jobs;
  private final QueueStore queues;
  private final Lifecycle lifecycle;

  public BulkHandlers(Tables tables, JobStore jobs, QueueStore queues, Lifecycle lifecycle) {
    this.search = new Search(tables, jobs);
    this.jobs = jobs;
    this.queues = queues;
    this.lifecycle = lifecycle;
  }

  public Reply drain(DrainQueue command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue == null) {
      return new Removed(0, false);
    }
    var columns = new ArrayList<>(Search.columns(JobState.WAITING));
    columns.addAll(Search.columns(JobState.DELAYED));
    Search.Found found =
        search.collect(
            queue,
            columns,
            command.from(),
            command.limit(),
            job -> job.id() < command.belowJob(),
            turn);
    lifecycle.removeAll(found.ids(), turn);
    return found.removed(found.ids().size());
  }

  public Reply remove(RemoveJobs command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue == null) {
      return new Removed(0, false);
    }
    long before = turn.now() - command.olderThanMs();
    Search.Found found =
        search.collect(
            queue,
            Search.columns(command.state()),
            command.from(),
            command.limit(),
            job -> job.id() < command.belowJob() && job.since() <= before,
            turn);
    lifecycle.removeAll(found.ids(), turn);
    return found.removed(found.ids().size());
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
    Search.Found found =
        search.collect(
            queue,
            Search.columns(JobState.FAILED),
            command.from(),
            command.limit(),
            _ -> true,
            turn);
    int moved = 0;
    for (long id : found.ids()) {
      Job job = search.existing(id);
      // Asked now: what was revived before it may hold its key, or be what it waits for.
      if (lifecycle.refusal(queue, job.options(), turn.grant()) == null) {
        lifecycle.revive(job, turn.now());
        moved++;
      }
    }
    return found.removed(moved);
  }
}
