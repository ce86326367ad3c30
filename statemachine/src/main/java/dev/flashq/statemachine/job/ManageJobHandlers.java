package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Command.CancelJob;
import dev.flashq.statemachine.Command.ChangePriority;
import dev.flashq.statemachine.Command.DiscardJob;
import dev.flashq.statemachine.Command.PromoteJob;
import dev.flashq.statemachine.Command.UpdateJob;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.turn.Turn;

/** What an operator may do to a job. */
public final class ManageJobHandlers {
  private final JobStore jobs;
  private final Lifecycle lifecycle;

  public ManageJobHandlers(JobStore jobs, Lifecycle lifecycle) {
    this.jobs = jobs;
    this.lifecycle = lifecycle;
  }

  public Reply cancel(CancelJob command, Turn turn) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return Reason.UNKNOWN.refuses(command.job().value());
    }
    return switch (job.status()) {
      case JobStatus.Completed _, JobStatus.Dead _ -> Reason.ENDED_BEFORE_CANCEL.refuses(job.id());
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _ -> {
        lifecycle.remove(job, turn);
        yield Done.DONE;
      }
    };
  }

  public Reply update(UpdateJob command) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return Reason.UNKNOWN.refuses(command.job().value());
    }
    jobs.replaceData(job, command.data());
    return Done.DONE;
  }

  public Reply changePriority(ChangePriority command) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return Reason.NOTHING_TO_PRIORITIZE.refuses(command.job().value());
    }
    Job changed = job.with(job.options().toBuilder().priority(command.priority()).build());
    switch (job.status()) {
      case JobStatus.Ready _ -> jobs.reprioritize(job, changed);
      case JobStatus.Completed _ -> {
        return Reason.ENDED_BEFORE_PRIORITY.refuses(job.id());
      }
      case JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _, JobStatus.Dead _ ->
          jobs.update(changed);
    }
    return Done.DONE;
  }

  public Reply promote(PromoteJob command, Turn turn) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return Reason.NOTHING_TO_PROMOTE.refuses(command.job().value());
    }
    if (!(job.status() instanceof JobStatus.Delayed delayed)) {
      return Reason.NOT_DELAYED.refuses(job.id());
    }
    lifecycle.makeReady(job, delayed, turn.now());
    return Done.DONE;
  }

  public Reply discard(DiscardJob command, Turn turn) {
    Job job = jobs.find(command.claim().job().value());
    if (job == null) {
      return Reason.NOTHING_TO_DISCARD.refuses(command.claim().job().value());
    }
    return switch (job.status()) {
      case JobStatus.Completed _, JobStatus.Dead _ -> Reason.ENDED_BEFORE_DISCARD.refuses(job.id());
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Blocked _ -> {
        if (Claims.isLost(command.claim(), job)) {
          yield Claims.lost(command.claim());
        }
        lifecycle.die(job, Remark.DISCARDED, turn);
        yield Done.DONE;
      }
      case JobStatus.Active _ ->
          switch (Claims.check(jobs, command.claim(), Reason.NOT_HELD)) {
            case Claims.Check.Holds(Job held, _) -> {
              lifecycle.die(held, Remark.DISCARDED, turn);
              yield Done.DONE;
            }
            case Claims.Check.Fails(Refused refusal) -> refusal;
          };
    };
  }
}
