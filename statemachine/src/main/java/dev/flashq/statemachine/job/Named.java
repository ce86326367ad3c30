package dev.flashq.statemachine.job;

import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.turn.Turn;

/** Finds the jobs that commands name: the one place where it is asked whether they may. */
final class Named {
  private Named() {}

  /** What a name comes to: the job, or why not. */
  sealed interface Found {
    record Is(Job job) implements Found {}

    record Not(Refused refusal) implements Found {}
  }

  /**
   * @param absent what it means that there is no such job
   */
  static Found find(JobStore jobs, JobId id, Reason absent, Turn turn) {
    Job job = jobs.find(id.value());
    if (job == null) {
      return new Found.Not(absent.refuses(id.value()));
    }
    QueueName queue = jobs.queueName(job);
    turn.names(queue);
    return turn.allows(queue)
        ? new Found.Is(job)
        : new Found.Not(turn.forbids(queue, absent.refuses(id.value())));
  }
}
