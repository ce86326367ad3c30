package dev.flashq.statemachine.job;

import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LEASE_LOST;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Reply.Refused;

/** Checks that whoever speaks for an active job may do so. */
final class Claims {
  private Claims() {}

  /** What a claim comes to: the active job, or why not. */
  sealed interface Check {
    record Holds(Job job, JobStatus.Active active) implements Check {}

    record Fails(Refused refusal) implements Check {}
  }

  /**
   * @param suffix what the sentence says behind "Job N", as flashQ does
   */
  static Check check(JobStore jobs, Claim claim, String suffix) {
    Job job = jobs.find(claim.job().value());
    if (job != null && isLost(claim, job)) {
      return new Check.Fails(lost(claim));
    }
    return job != null && job.status() instanceof JobStatus.Active active
        ? new Check.Holds(job, active)
        : new Check.Fails(notFound(claim.job(), suffix));
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

  static Refused notFound(JobId job, String suffix) {
    return new Refused(JOB_NOT_FOUND, "Job " + job + " " + suffix);
  }

  static Refused lost(Claim claim) {
    return new Refused(
        LEASE_LOST, "Job " + claim.job() + " is no longer held under lease " + claim.lease());
  }
}
