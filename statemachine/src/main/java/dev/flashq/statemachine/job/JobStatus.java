package dev.flashq.statemachine.job;

import dev.flashq.statemachine.JobState;

/**
 * Where a job stands; each status carries exactly its own data. Times are Unix ms of the replicated
 * clock.
 */
public sealed interface JobStatus {
  JobState state();

  /**
   * @param number place within the priority, smaller first; negative for jobs pushed
   *     last-in-first-out
   * @param since when the job became ready
   */
  record Ready(long number, long since) implements JobStatus {
    @Override
    public JobState state() {
      return JobState.WAITING;
    }
  }

  /**
   * @param since when the job became delayed
   * @param number its place when it is ready, for a job that comes back after a failure; 0: behind
   *     those that are ready then
   * @param head whether its group waits for it
   */
  record Delayed(long runAt, long since, long number, boolean head) implements JobStatus {
    @Override
    public JobState state() {
      return JobState.DELAYED;
    }
  }

  /**
   * @param leaseUntil by the time of leases, which stands still while the cluster does
   * @param timesOutAt by the time of leases; 0: never
   * @param number its place if it comes back
   */
  record Active(long startedAt, long heartbeatAt, long leaseUntil, long timesOutAt, long number)
      implements JobStatus {
    @Override
    public JobState state() {
      return JobState.ACTIVE;
    }
  }

  /**
   * @param expiresAt when the job is forgotten
   * @param resultBytes of the stored result; 0: there is none
   */
  record Completed(long startedAt, long at, long expiresAt, int resultBytes) implements JobStatus {
    Completed withResultBytes(int bytes) {
      return new Completed(startedAt, at, expiresAt, bytes);
    }

    @Override
    public JobState state() {
      return JobState.COMPLETED;
    }
  }

  record Dead(long startedAt, long at) implements JobStatus {
    @Override
    public JobState state() {
      return JobState.FAILED;
    }
  }

  /**
   * @param remaining how many awaited jobs have not completed
   * @param runAt the earliest time to be ready, from the push's delay
   * @param since when it began to wait
   */
  record Blocked(int remaining, long runAt, long since) implements JobStatus {
    @Override
    public JobState state() {
      return JobState.WAITING_CHILDREN;
    }
  }
}
