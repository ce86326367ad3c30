package dev.flashq.statemachine;

import static dev.flashq.protocol.ErrorCode.BATCH_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.JOBS_PER_COMMAND;
import static dev.flashq.protocol.Limits.require;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that can change the state. Each becomes one message of the replicated log. */
public sealed interface Command {

  /** Adds jobs to a queue; each gets an outcome of its own. Answer: {@link Reply.Pushed}. */
  record PushJobs(QueueName queue, List<NewJob> jobs) implements Command {
    public PushJobs {
      require(jobs.size() <= JOBS_PER_COMMAND, BATCH_TOO_LARGE, "at most 1000 jobs in one batch");
      require(
          jobs.stream().mapToInt(job -> job.options().dependsOn().size()).sum()
              <= Limits.DEPENDENCIES_PER_COMMAND,
          BATCH_TOO_LARGE,
          "at most " + Limits.DEPENDENCIES_PER_COMMAND + " dependencies in one batch");
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * Takes up to {@code count} ready jobs. Answer: {@link Reply.Delivered}.
   *
   * @param waitMs how long the node may wait for a job; not part of the log
   */
  record PullJobs(QueueName queue, int count, long waitMs) implements Command {
    public PullJobs {
      require(
          count >= 1 && count <= JOBS_PER_COMMAND, BATCH_TOO_LARGE, "count is between 1 and 1000");
      require(waitMs >= 0, INVALID_REQUEST, "timeout is not negative");
      waitMs = Math.min(waitMs, Limits.WAIT_MS);
    }
  }

  /** Completes jobs. Answer: {@link Reply.Acked}. */
  record AckJobs(List<Ack> acks) implements Command {
    public AckJobs {
      require(acks.size() <= JOBS_PER_COMMAND, BATCH_TOO_LARGE, "at most 1000 jobs in one batch");
      acks = List.copyOf(acks);
    }
  }

  /** One completed job and what it produced. */
  record Ack(Claim claim, @Nullable Payload result) {}

  /**
   * Ends an attempt without success: retry, or dead after the last attempt. Answer: {@link
   * Reply.Done}.
   */
  record FailJob(Claim claim, String error) implements Command {
    public FailJob {
      error = Text.cut(error, Limits.TEXT_BYTES);
    }
  }

  /**
   * Notes how far an active job is, in percent, and renews its lease. Answer: {@link Reply.Done}.
   */
  record ReportProgress(Claim claim, int progress, @Nullable String message) implements Command {
    public ReportProgress {
      progress = Math.clamp(progress, 0, 100);
      message = message == null ? null : Text.cut(message, Limits.TEXT_BYTES);
    }
  }

  /** A sign of life of an active job's worker. Answer: {@link Reply.Done}. */
  record RenewLease(Claim claim) implements Command {}

  /** Removes a job that has not ended. Answer: {@link Reply.Done}. */
  record CancelJob(JobId job) implements Command {}

  /** Replaces a job's data. Answer: {@link Reply.Done}. */
  record UpdateJob(JobId job, Payload data) implements Command {}

  record ChangePriority(JobId job, int priority) implements Command {}

  /** Gives an active job back, to be ready after the delay; no attempt is counted. */
  record MoveToDelayed(Claim claim, long delayMs) implements Command {
    public MoveToDelayed {
      require(
          delayMs >= 0 && delayMs <= Limits.DURATION_MS,
          INVALID_REQUEST,
          "delay is between 0 and 100 years in milliseconds");
    }
  }

  /** Makes a delayed job ready now. */
  record PromoteJob(JobId job) implements Command {}

  /** Moves a waiting, delayed or active job to the dead letters. */
  record DiscardJob(Claim claim) implements Command {}

  record SetPaused(QueueName queue, boolean paused) implements Command {}

  /**
   * Removes waiting and delayed jobs, at most {@code limit}. Answer: {@link Reply.Removed}.
   *
   * @param belowJob only jobs with a smaller id
   * @param from where to go on, as {@link Reply.Removed} said; empty: at the beginning
   */
  record DrainQueue(QueueName queue, long belowJob, int limit, ByteString from) implements Command {
    public DrainQueue(QueueName queue, long belowJob, int limit) {
      this(queue, belowJob, limit, ByteString.EMPTY);
    }

    public DrainQueue {
      limit = Math.clamp(limit, 1, Limits.REMOVALS_PER_COMMAND);
    }
  }

  /** Limits deliveries of a queue on the whole cluster; null removes the limit. */
  record SetRateLimit(QueueName queue, @Nullable RateLimit limit) implements Command {}

  /** Limits the active jobs of a queue; null removes the limit, 0 stops deliveries. */
  record SetConcurrency(QueueName queue, @Nullable Integer limit) implements Command {
    public SetConcurrency {
      require(limit == null || limit >= 0, INVALID_REQUEST, "a concurrency limit is not negative");
    }
  }

  /** Gives back jobs whose delivery never reached a client; no attempt is counted. */
  record ReleaseJobs(List<Claim> claims) implements Command {
    public ReleaseJobs {
      claims = List.copyOf(claims);
    }
  }

  /**
   * Fires due timers; proposed by the leader only. The digest of its state is what earlier versions
   * compared; members now do so by majority, outside the log.
   */
  record Tick(long digestIndex, long digest) implements Command {}

  /**
   * Makes up for a time in which the holders of leases could not speak, because nobody led.
   * Proposed by the leader only. Answer: {@link Reply.Done}.
   *
   * @param lostMs by which all leases end later
   * @param graceMs for which no lease ends from now on
   */
  record ExtendLeases(long lostMs, long graceMs) implements Command {
    public ExtendLeases {
      require(
          lostMs >= 0
              && lostMs <= Limits.DURATION_MS
              && graceMs >= 0
              && graceMs <= Limits.DURATION_MS,
          INVALID_REQUEST,
          "times between 0 and 100 years in milliseconds");
    }
  }

  /**
   * Sets the replicated clock forward, by an operator's will. Answer: {@link Reply.Done}.
   *
   * @param toMs Unix ms; what is past has no effect
   */
  record SetClock(long toMs) implements Command {}

  record RaiseFeatureLevel(int level) implements Command {}

  /**
   * Makes one dead job (not null) or up to {@code limit} dead jobs of the queue ready again.
   * Answer: Removed.
   */
  record RetryDeadJobs(QueueName queue, @Nullable JobId job, int limit, ByteString from)
      implements Command {
    public RetryDeadJobs(QueueName queue, @Nullable JobId job, int limit) {
      this(queue, job, limit, ByteString.EMPTY);
    }

    public RetryDeadJobs {
      limit = Math.clamp(limit, 1, Limits.REMOVALS_PER_COMMAND);
    }
  }

  /**
   * Removes up to {@code limit} jobs of one state. Answer: {@link Reply.Removed}.
   *
   * @param olderThanMs only jobs that came into the state at least so long ago
   * @param belowJob only jobs with a smaller id
   * @param from where to go on, as {@link Reply.Removed} said; empty: at the beginning
   */
  record RemoveJobs(
      QueueName queue, JobState state, long olderThanMs, long belowJob, int limit, ByteString from)
      implements Command {
    public RemoveJobs(QueueName queue, JobState state, long olderThanMs, long belowJob, int limit) {
      this(queue, state, olderThanMs, belowJob, limit, ByteString.EMPTY);
    }

    public RemoveJobs {
      require(olderThanMs >= 0, INVALID_REQUEST, "grace is not negative");
      limit = Math.clamp(limit, 1, Limits.REMOVALS_PER_COMMAND);
    }
  }

  /**
   * Takes back all settings of a queue, and makes it unknown when it holds no job. Answer: {@link
   * Reply.Done}.
   */
  record ForgetQueue(QueueName queue) implements Command {}

  /** A number of deliveries per time: {@code max} jobs in {@code durationMs} milliseconds. */
  record RateLimit(long max, long durationMs) {
    /** The greatest {@code max}: one million jobs. */
    public static final long MAX = 1_000_000;

    public RateLimit {
      require(max >= 0 && max <= MAX, INVALID_REQUEST, "a limit of jobs is between 0 and 1000000");
      require(
          durationMs >= 1 && durationMs <= Limits.DURATION_MS,
          INVALID_REQUEST,
          "a limit's duration is between 1 millisecond and 100 years");
    }
  }
}
