package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command.FailJob;
import dev.flashq.statemachine.Command.MoveToDelayed;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Command.RenewLease;
import dev.flashq.statemachine.Command.ReportProgress;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.turn.Turn;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a job's holder may say besides "done": failed, still at it, later, never received. */
public final class ActiveJobHandlers {
  private final JobStore jobs;
  private final Lifecycle lifecycle;

  public ActiveJobHandlers(JobStore jobs, Lifecycle lifecycle) {
    this.jobs = jobs;
    this.lifecycle = lifecycle;
  }

  public Reply fail(FailJob command, Turn turn) {
    return held(
        command.claim(),
        Reason.UNKNOWN,
        (job, active) -> lifecycle.fail(job, active, error(command), turn),
        turn);
  }

  public Reply progress(ReportProgress command, Turn turn) {
    return held(
        command.claim(),
        Reason.NO_PROGRESS,
        (job, active) ->
            lifecycle.renew(
                job.withProgress(command.progress(), message(command)), active, turn.now()),
        turn);
  }

  private static Remark error(FailJob command) {
    return command.sealed() == null
        ? Remark.of(command.error())
        : Remark.ofSealed(command.sealed());
  }

  private static @Nullable Remark message(ReportProgress command) {
    if (command.sealed() != null) {
      return Remark.ofSealed(command.sealed());
    }
    return command.message() == null ? null : Remark.of(command.message());
  }

  public Reply renew(RenewLease command, Turn turn) {
    return held(
        command.claim(),
        Reason.NOT_HELD,
        (job, active) -> lifecycle.renew(job, active, turn.now()),
        turn);
  }

  public Reply delay(MoveToDelayed command, Turn turn) {
    return held(
        command.claim(),
        Reason.NOT_HELD,
        (job, _) -> lifecycle.postpone(job.withProgress(0, null), command.delayMs(), turn),
        turn);
  }

  public Reply release(ReleaseJobs command, Turn turn) {
    for (Claim claim : command.claims()) {
      held(claim, Reason.UNKNOWN, (job, active) -> lifecycle.giveBack(job, active, turn), turn);
    }
    return Reply.Done.DONE;
  }

  private Reply held(
      Claim claim, Reason absent, BiConsumer<Job, JobStatus.Active> then, Turn turn) {
    return switch (Claims.check(jobs, claim, absent, turn)) {
      case Claims.Check.Holds(Job job, JobStatus.Active active) -> {
        then.accept(job, active);
        yield Reply.Done.DONE;
      }
      case Claims.Check.Fails(Reply.Refused refusal) -> refusal;
    };
  }
}
