package dev.flashq.statemachine.job;

import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;

import dev.flashq.statemachine.Command.CancelJob;
import dev.flashq.statemachine.Command.ChangePriority;
import dev.flashq.statemachine.Command.DiscardJob;
import dev.flashq.statemachine.Command.PromoteJob;
import dev.flashq.statemachine.Command.UpdateJob;
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
      return notFound(command.job().value(), "not found");
    }
    return switch (job.status()) {
      case JobStatus.Completed _, JobStatus.Dead _ ->
          new Refused(
              WRONG_STATE, "Job " + job.id() + " cannot be cancelled (already completed/failed)");
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _ -> {
        lifecycle.remove(job, turn);
        yield Done.DONE;
      }
    };
  }

  public Reply update(UpdateJob command) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return notFound(command.job().value(), "not found");
    }
    jobs.replaceData(job, command.data());
    return Done.DONE;
  }

  public Reply changePriority(ChangePriority command) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return notFound(command.job().value(), "not found or cannot change priority");
    }
    Job changed = job.with(job.options().toBuilder().priority(command.priority()).build());
    switch (job.status()) {
      case JobStatus.Ready _ -> jobs.reprioritize(job, changed);
      case JobStatus.Completed _ -> {
        return new Refused(WRONG_STATE, "Job " + job.id() + " not found or cannot change priority");
      }
      case JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _, JobStatus.Dead _ ->
          jobs.update(changed);
    }
    return Done.DONE;
  }

  public Reply promote(PromoteJob command, Turn turn) {
    Job job = jobs.find(command.job().value());
    if (job == null) {
      return notFound(command.job().value(), "not found or not in delayed state");
    }
    if (!(job.status() instanceof JobStatus.Delayed delayed)) {
      return new Refused(WRONG_STATE, "Job " + job.id() + " is not delayed");
    }
    lifecycle.makeReady(job, delayed, turn.now());
    return Done.DONE;
  }

  public Reply discard(DiscardJob command, Turn turn) {
    Job job = jobs.find(command.claim().job().value());
    if (job == null) {
      return notFound(command.claim().job().value(), "not found or already in DLQ/completed");
    }
    return switch (job.status()) {
      case JobStatus.Completed _, JobStatus.Dead _ ->
          new Refused(WRONG_STATE, "Job " + job.id() + " not found or already in DLQ/completed");
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Blocked _ -> {
        if (Claims.isLost(command.claim(), job)) {
          yield Claims.lost(command.claim());
        }
        lifecycle.die(job, "Discarded by user", turn);
        yield Done.DONE;
      }
      case JobStatus.Active _ ->
          switch (Claims.check(jobs, command.claim(), "not in processing")) {
            case Claims.Check.Holds(Job held, _) -> {
              lifecycle.die(held, "Discarded by user", turn);
              yield Done.DONE;
            }
            case Claims.Check.Fails(Refused refusal) -> refusal;
          };
    };
  }

  private static Refused notFound(long job, String suffix) {
    return new Refused(JOB_NOT_FOUND, "Job " + job + " " + suffix);
  }
}
