package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command.CancelJob;
import dev.flashq.statemachine.Command.ChangePriority;
import dev.flashq.statemachine.Command.DiscardJob;
import dev.flashq.statemachine.Command.PromoteJob;
import dev.flashq.statemachine.Command.UpdateJob;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.turn.Turn;
import java.util.function.Function;

/** What an operator may do to a job. */
public final class ManageJobHandlers {
  private final JobStore jobs;
  private final Lifecycle lifecycle;

  public ManageJobHandlers(JobStore jobs, Lifecycle lifecycle) {
    this.jobs = jobs;
    this.lifecycle = lifecycle;
  }

  public Reply cancel(CancelJob command, Turn turn) {
    return of(command.job(), Reason.UNKNOWN, turn, job -> cancel(job, turn));
  }

  private Reply cancel(Job job, Turn turn) {
    return switch (job.status()) {
      case JobStatus.Completed _, JobStatus.Dead _ -> Reason.ENDED_BEFORE_CANCEL.refuses(job.id());
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _ -> {
        lifecycle.remove(job, turn);
        yield Done.DONE;
      }
    };
  }

  public Reply update(UpdateJob command, Turn turn) {
    return of(
        command.job(),
        Reason.UNKNOWN,
        turn,
        job -> {
          Refused flaw = turn.flaw(0);
          if (flaw != null) {
            return flaw;
          }
          jobs.replaceData(job, command.data());
          return Done.DONE;
        });
  }

  public Reply changePriority(ChangePriority command, Turn turn) {
    return of(
        command.job(),
        Reason.NOTHING_TO_PRIORITIZE,
        turn,
        job -> changePriority(job, command.priority(), turn));
  }

  private Reply changePriority(Job job, int priority, Turn turn) {
    Job changed = job.with(job.options().toBuilder().priority(priority).build());
    switch (job.status()) {
      case JobStatus.Ready _ ->
          jobs.reprioritize(job, changed, turn.featureLevel() >= FeatureLevel.KEPT_TURNS);
      case JobStatus.Completed _ -> {
        return Reason.ENDED_BEFORE_PRIORITY.refuses(job.id());
      }
      case JobStatus.Delayed _, JobStatus.Active _, JobStatus.Blocked _, JobStatus.Dead _ ->
          jobs.update(changed);
    }
    return Done.DONE;
  }

  public Reply promote(PromoteJob command, Turn turn) {
    return of(command.job(), Reason.NOTHING_TO_PROMOTE, turn, job -> promote(job, turn));
  }

  private Reply promote(Job job, Turn turn) {
    if (!(job.status() instanceof JobStatus.Delayed delayed)) {
      return Reason.NOT_DELAYED.refuses(job.id());
    }
    lifecycle.makeReady(job, delayed, turn.now());
    return Done.DONE;
  }

  public Reply discard(DiscardJob command, Turn turn) {
    return of(
        command.claim().job(),
        Reason.NOTHING_TO_DISCARD,
        turn,
        job -> discard(job, command.claim(), turn));
  }

  private Reply discard(Job job, Claim claim, Turn turn) {
    return switch (job.status()) {
      case JobStatus.Completed _, JobStatus.Dead _ -> Reason.ENDED_BEFORE_DISCARD.refuses(job.id());
      case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Blocked _ -> {
        if (Claims.isLost(claim, job)) {
          yield Claims.lost(claim);
        }
        lifecycle.die(job, Remark.DISCARDED, turn);
        yield Done.DONE;
      }
      case JobStatus.Active _ ->
          switch (Claims.check(jobs, claim, Reason.NOT_HELD, turn)) {
            case Claims.Check.Holds(Job held, _) -> {
              lifecycle.die(held, Remark.DISCARDED, turn);
              yield Done.DONE;
            }
            case Claims.Check.Fails(Refused refusal) -> refusal;
          };
    };
  }

  private Reply of(JobId id, Reason absent, Turn turn, Function<Job, Reply> then) {
    return switch (Named.find(jobs, id, absent, turn)) {
      case Named.Found.Is(Job job) -> then.apply(job);
      case Named.Found.Not(Refused refusal) -> refusal;
    };
  }
}
