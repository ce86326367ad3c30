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
    if (job != null && claim.lease() != 0 && claim.lease() != job.deliveries()) {
      return new Check.Fails(lost(claim));
    }
    return job != null && job.status() instanceof JobStatus.Active active
        ? new Check.Holds(job, active)
        : new Check.Fails(notFound(claim.job(), suffix));
  }

  static Refused notFound(JobId job, String suffix) {
    return new Refused(JOB_NOT_FOUND, "Job " + job + " " + suffix);
  }

  private static Refused lost(Claim claim) {
    return new Refused(
        LEASE_LOST,
        "Job "
            + claim.job()
            + " is no longer held under lease "
            + claim.lease()
            + ": it was delivered again");
  }
}
