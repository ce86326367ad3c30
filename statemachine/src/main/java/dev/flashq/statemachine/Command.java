package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can change the state. Each becomes one message of the replicated log. Whether one
 * from outside keeps to the rules is asked at the {@link
 * dev.flashq.statemachine.gateway.CommandGateway}; what stands in the log is not asked again.
 */
public sealed interface Command {

  /** Adds jobs to a queue; each gets an outcome of its own. Answer: {@link Reply.Pushed}. */
  record PushJobs(QueueName queue, List<NewJob> jobs) implements Command {
    public PushJobs {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * Takes up to {@code count} ready jobs. Answer: {@link Reply.Delivered}.
   *
   * @param waitMs how long the node may wait for a job; not part of the log
   */
  record PullJobs(QueueName queue, int count, long waitMs) implements Command {}

  /** Completes jobs. Answer: {@link Reply.Acked}. */
  record AckJobs(List<Ack> acks) implements Command {
    public AckJobs {
      acks = List.copyOf(acks);
    }
  }

  /** One completed job and what it produced. */
  record Ack(Claim claim, @Nullable Payload result) {}

  /**
   * Ends an attempt without success: retry, or dead after the last attempt. Answer: {@link
   * Reply.Done}.
   *
   * @param sealed the error when it is sealed; the text is empty then
   */
  record FailJob(Claim claim, String error, @Nullable ByteString sealed) implements Command {
    public FailJob(Claim claim, String error) {
      this(claim, error, null);
    }
  }

  /**
   * Notes how far an active job is, in percent, and renews its lease. Answer: {@link Reply.Done}.
   *
   * @param sealed the message when it is sealed; the text is null then
   */
  record ReportProgress(
      Claim claim, int progress, @Nullable String message, @Nullable ByteString sealed)
      implements Command {
    public ReportProgress(Claim claim, int progress, @Nullable String message) {
      this(claim, progress, message, null);
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
  record MoveToDelayed(Claim claim, long delayMs) implements Command {}

  /** Makes a delayed job ready now. */
  record PromoteJob(JobId job) implements Command {}

  /** Moves a waiting, delayed or active job to the dead letters. */
  record DiscardJob(Claim claim) implements Command {}

  record SetPaused(QueueName queue, boolean paused) implements Command {}

  /**
   * Removes waiting and delayed jobs, at least one and at most {@code limit}, as far as there are
   * any. Answer: {@link Reply.Removed}.
   *
   * @param belowJob only jobs with a smaller id
   * @param from where to go on, as {@link Reply.Removed} said; empty: at the beginning
   */
  record DrainQueue(QueueName queue, long belowJob, int limit, ByteString from) implements Command {
    public DrainQueue(QueueName queue, long belowJob, int limit) {
      this(queue, belowJob, limit, ByteString.EMPTY);
    }
  }

  /** Limits deliveries of a queue on the whole cluster; null removes the limit. */
  record SetRateLimit(QueueName queue, @Nullable RateLimit limit) implements Command {}

  /** Limits the active jobs of a queue; null removes the limit, 0 stops deliveries. */
  record SetConcurrency(QueueName queue, @Nullable Integer limit) implements Command {}

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
  record ExtendLeases(long lostMs, long graceMs) implements Command {}

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
  }

  /**
   * Removes up to {@code limit} jobs of one state in the queues of a pattern, as far as they may be
   * administered. Answer: {@link Reply.Removed}.
   *
   * @param queues a pattern
   * @param olderThanMs only jobs that came into the state at least so long ago
   * @param from where to go on, as {@link Reply.Removed} said; empty: at the beginning
   */
  record CleanQueues(String queues, JobState state, long olderThanMs, int limit, ByteString from)
      implements Command {}

  /**
   * Takes back all settings of a queue, and makes it unknown when it holds no job. Answer: {@link
   * Reply.Done}.
   */
  record ForgetQueue(QueueName queue) implements Command {}

  /** A number of deliveries per time: {@code max} jobs in {@code durationMs} milliseconds. */
  record RateLimit(long max, long durationMs) {}

  /**
   * Gives the cluster the key with which tokens are hashed, unless it has one. Proposed by members
   * only. Answer: {@link Reply.Done}.
   */
  record SetAccessKey(ByteString key) implements Command {}

  /**
   * Says which tokens a member has in its configuration; those that it listed before and does not
   * list now are good for nothing, unless another member lists them. Proposed by members only.
   * Answer: {@link Reply.Done}.
   */
  record ListTokens(String member, List<ListedToken> tokens) implements Command {
    public ListTokens {
      tokens = List.copyOf(tokens);
    }
  }

  /** Notes that credentials were used. Proposed by members only. Answer: {@link Reply.Done}. */
  record NoteUse(List<Long> credentials) implements Command {
    public NoteUse {
      credentials = List.copyOf(credentials);
    }
  }

  /**
   * Makes a token. Answer: {@link Reply.Done}.
   *
   * @param hash never the token
   * @param endsAt Unix ms from which on it is good for nothing; 0: never
   */
  record CreateToken(String name, ByteString hash, List<String> roles, long endsAt)
      implements Command {
    public CreateToken {
      roles = List.copyOf(roles);
    }
  }

  /**
   * Gives the holder of a token another one; the old one stays good for a while. Answer: {@link
   * Reply.Done}.
   *
   * @param overlapMs for which both are good
   */
  record RotateToken(String name, ByteString hash, long overlapMs) implements Command {}

  /** Ends the tokens of a name at a time. Answer: {@link Reply.Done}. */
  record ExpireToken(String name, long atMs) implements Command {}

  /** Ends the tokens of a name at once and for good. Answer: {@link Reply.Done}. */
  record RevokeToken(String name) implements Command {}

  /**
   * Says how much a token or the tokens of a role may do, in place of what was said before; with
   * nothing in it, that it is not limited. Saying the same again allows nothing more. Answer:
   * {@link Reply.Done}.
   */
  record SetQuota(Quota quota) implements Command {}

  /**
   * Says what job data must be like in queues of a pattern, in place of what was said before.
   * Answer: {@link Reply.Done}.
   *
   * @param text a JSON Schema; null: nothing is said any more
   */
  record SetSchema(String queues, DataSchema.Mode mode, @Nullable ByteString text)
      implements Command {}

  /**
   * Says what must be and must not be in data in queues of a pattern, in place of what was said
   * before; with nothing in it, that nothing is said any more. Answer: {@link Reply.Done}.
   */
  record SetDataPolicy(DataPolicy policy) implements Command {}

  /**
   * Says what is kept of jobs that have ended in queues of a pattern, in place of what was said
   * before; with nothing in it, that nothing is said any more. Answer: {@link Reply.Done}.
   */
  record SetRetention(Retention retention) implements Command {}

  /**
   * Looks through the jobs of queues that may be administered, and changes their data and results.
   * Answer: {@link Reply.Begun}.
   */
  record BeginErasure(Erasure.Request request) implements Command {}

  /** Ends an erasure before it is done. Answer: {@link Reply.Done}. */
  record CancelErasure(long number) implements Command {}

  /**
   * A step of an erasure, by the leader. Without effect when it does not begin where the one before
   * it ended. Answer: {@link Reply.Removed}.
   *
   * @param from the job where it begins
   * @param to the job where the next one begins
   * @param seen what was looked at; {@code changed} and {@code missed} are counted when the
   *     replacements are
   * @param skip whether jobs that have been changed meanwhile are given up
   */
  record EraseJobs(
      long number,
      long from,
      long to,
      Erasure.Counts seen,
      List<Erasure.Replacement> replacements,
      boolean skip)
      implements Command {
    public EraseJobs {
      replacements = List.copyOf(replacements);
    }
  }

  /**
   * Seals what jobs bring with them in queues of a pattern, from now on under this key. Answer:
   * {@link Reply.Done}.
   *
   * @param key made by the node that proposes it; null until then
   * @param destroy whether the keys that it had before are destroyed: what was sealed under them
   *     can be read by nobody any more
   */
  record SealQueues(String queues, @Nullable WrappedKey key, boolean destroy) implements Command {}

  /**
   * What comes from now on into queues of the pattern is not sealed. Answer: {@link Reply.Done}.
   */
  record UnsealQueues(String queues) implements Command {}

  /**
   * Destroys the key of a data subject. Answer: {@link Reply.Removed}.
   *
   * @param subject who it is; not part of the log
   * @param hash of it, made by the node that proposes it
   */
  record DestroySubject(String subject, ByteString hash) implements Command {}

  /**
   * Adds keys of data subjects where there are none. Proposed by members only. Answer: {@link
   * Reply.Done}.
   *
   * @param ring number of the ring key under which they are wrapped
   */
  record AddKeys(long ring, List<NewKey> keys) implements Command {
    public AddKeys {
      keys = List.copyOf(keys);
    }
  }

  /**
   * @param subject the hash of its name; empty: the key that makes these hashes
   */
  record NewKey(ByteString subject, ByteString wrapped) {}

  /**
   * From now on keys are wrapped under another ring key, which a majority of the members has.
   * Proposed by members only. Answer: {@link Reply.Done}.
   */
  record BeginRing(long ring, ByteString id) implements Command {}

  /** Wraps keys under the ring key. Proposed by members only. Answer: {@link Reply.Done}. */
  record RewrapKeys(long ring, List<RewrappedKey> keys) implements Command {
    public RewrapKeys {
      keys = List.copyOf(keys);
    }
  }

  record RewrappedKey(long id, ByteString wrapped) {}

  /**
   * A step of sealing anew. Proposed by members only. Answer: {@link Reply.Removed}, with more as
   * long as it goes on.
   *
   * @param from the place where it stood
   * @param skip whether jobs that are not what they were are left as they are; otherwise nothing is
   *     done
   */
  record ResealJobs(
      long version,
      long from,
      long to,
      long looked,
      long unreadable,
      List<Erasure.Replacement> replacements,
      boolean skip)
      implements Command {
    public ResealJobs {
      replacements = List.copyOf(replacements);
    }
  }

  /** Makes a role or replaces it. Answer: {@link Reply.Done}. */
  record PutRole(Role role) implements Command {}

  /** Removes a role; who has it loses what it allows. Answer: {@link Reply.Done}. */
  record DropRole(String name) implements Command {}

  /**
   * Gives roles to the holder of a client certificate; none takes them back. Answer: {@link
   * Reply.Done}.
   *
   * @param subject as RFC 2253 writes it
   */
  record BindCertificate(String subject, List<String> roles) implements Command {
    public BindCertificate {
      roles = List.copyOf(roles);
    }
  }

  /** Says what is recorded in the audit trail. Answer: {@link Reply.Done}. */
  record SetAuditPolicy(AuditPolicy policy) implements Command {}

  /**
   * Records logins that a member has refused. Proposed by members only. Answer: {@link Reply.Done}.
   */
  record NoteLogins(List<RefusedLogins> refused) implements Command {
    public NoteLogins {
      refused = List.copyOf(refused);
    }
  }

  /**
   * Notes how far the audit trail has been written out. Proposed by members only. Answer: {@link
   * Reply.Done}.
   *
   * @param record number of the last one
   * @param atMs its time, Unix ms
   */
  record NoteExported(long record, long atMs) implements Command {}

  /**
   * Gives the cluster the key with which heads of the audit trail are signed, unless it has one.
   * Proposed by members only. Answer: {@link Reply.Done}.
   */
  record SetAuditKey(AuditKey key) implements Command {}

  /**
   * Keeps a signed head, if the audit trail has it. Proposed by members only. Answer: {@link
   * Reply.Done}.
   *
   * @param first number of the first record of its block
   */
  record SignAuditHead(AuditHead head, long first) implements Command {}

  /**
   * Records that its principal has asked something. Proposed by the node that was asked. Answer:
   * {@link Reply.Done}, or the refusal that is recorded.
   *
   * @param queue null: several, or none
   * @param jobs that were asked for by name
   * @param count of jobs that were shown
   * @param refused null: it was answered
   */
  record NoteRead(
      AuditAction action,
      @Nullable QueueName queue,
      List<JobId> jobs,
      int count,
      @Nullable ErrorCode refused)
      implements Command {
    public NoteRead {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * @param address from which the wrong tokens came; empty: from several
   */
  record RefusedLogins(String address, int count) {}
}
