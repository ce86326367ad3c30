package dev.flashq.statemachine.job;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.turn.Turn;

/** Checks that whoever speaks for an active job may do so. */
final class Claims {
  private Claims() {}

  /** What a claim comes to: the active job, or why not. */
  sealed interface Check {
    record Holds(Job job, JobStatus.Active active) implements Check {}

    record Fails(Refused refusal) implements Check {}
  }

  /**
   * @param absent what it means that the job is not active
   */
  static Check check(JobStore jobs, Claim claim, Reason absent, Turn turn) {
    return switch (Named.find(jobs, claim.job(), absent, turn)) {
      case Named.Found.Not(Refused refusal) -> new Check.Fails(refusal);
      case Named.Found.Is(Job job) -> check(job, claim, absent);
    };
  }

  private static Check check(Job job, Claim claim, Reason absent) {
    if (isLost(claim, job)) {
      return new Check.Fails(lost(claim));
    }
    return job.status() instanceof JobStatus.Active active
        ? new Check.Holds(job, active)
        : new Check.Fails(absent.refuses(job.id()));
  }

  /** Whether the claim names a lease that ended before the job did. */
  static boolean isLost(Claim claim, Job job) {
    if (claim.lease() == 0) {
      return false;
    }
    return claim.lease() != job.deliveries()
        || switch (job.status()) {
          case JobStatus.Ready _, JobStatus.Delayed _, JobStatus.Blocked _ -> true;
          case JobStatus.Active _, JobStatus.Completed _, JobStatus.Dead _ -> false;
        };
  }

  static Refused lost(Claim claim) {
    return Reason.LEASE_ENDED.refuses(claim.job().value(), claim.lease());
  }
}
