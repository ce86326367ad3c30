package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A question about the state; answering changes nothing.
 *
 * @param <R> the answer
 */
public sealed interface Query<R> {

  /** The job, also when it has ended; an empty answer when it is unknown. */
  record GetJob(JobId id) implements Query<Found> {}

  record GetJobByCustomId(String customId) implements Query<Found> {}

  /** A job if there is one. */
  record Found(@Nullable JobView job) {
    /** For who asks about the job alone. */
    public Found withoutPayloads() {
      return job == null ? this : new Found(job.with(null, null, Omitted.NONE));
    }

    /** For who asks about the result. */
    public Found withoutData() {
      return job == null
          ? this
          : new Found(job.with(null, job.result(), new Omitted(0, job.omitted().result())));
    }
  }

  /** Jobs in the order of the ids; unknown ones are left out. */
  record GetJobs(List<JobId> ids) implements Query<Page> {
    public GetJobs {
      ids = List.copyOf(ids);
    }
  }

  /**
   * Jobs of one queue or of all: queue by queue, state by state, and of a state the last in its
   * order first, which is the newest where jobs of one priority wait. An order of ids over all
   * would cost as much as there are jobs.
   *
   * @param queue null: all queues
   * @param state null: all states
   * @param offset jobs that are passed over; 0 with a place
   * @param after the place behind which to go on, as {@link Page#next} said; empty: at the
   *     beginning
   */
  record ListJobs(
      @Nullable QueueName queue, @Nullable JobState state, int limit, int offset, ByteString after)
      implements Query<Page> {
    public ListJobs(@Nullable QueueName queue, @Nullable JobState state, int limit, int offset) {
      this(queue, state, limit, offset, ByteString.EMPTY);
    }
  }

  /** Dead jobs of a queue, the one that died first in front. */
  record ListDeadJobs(QueueName queue, int limit) implements Query<Page> {}

  /**
   * One page; {@code total} counts all that match.
   *
   * @param next the place behind which to go on; empty: there is nothing more, or nobody can
   */
  record Page(List<JobView> jobs, long total, ByteString next) {
    public Page {
      jobs = List.copyOf(jobs);
    }

    public Page(List<JobView> jobs, long total) {
      this(jobs, total, ByteString.EMPTY);
    }
  }

  /** Counts and settings of one queue; all zero when it is unknown. */
  record GetQueue(QueueName name) implements Query<QueueView> {}

  /** Queues in the order of their names, those after {@code after} only. */
  record ListQueues(@Nullable String after, int limit) implements Query<Queues> {}

  /** One page of queues; {@code more} when others follow. */
  record Queues(List<QueueView> queues, boolean more) {
    public Queues {
      queues = List.copyOf(queues);
    }
  }

  /** Jobs by state, and the settings. */
  record QueueView(
      QueueName name,
      long waiting,
      long delayed,
      long active,
      long completed,
      long failed,
      long waitingChildren,
      boolean paused,
      Command.@Nullable RateLimit rateLimit,
      @Nullable Integer concurrency) {}

  /** Sums over all queues, and counters since the cluster was made. */
  record GetStats() implements Query<Stats> {}

  /**
   * @param pushed jobs ever accepted
   * @param completedEver jobs ever completed
   * @param failedEver failed attempts ever counted
   * @param latencyMsEver from creation to completion, summed over all that ever completed
   */
  record Stats(
      long waiting,
      long delayed,
      long active,
      long completed,
      long failed,
      long waitingChildren,
      long pushed,
      long completedEver,
      long failedEver,
      long latencyMsEver,
      Throughput throughput) {

    /** Mean time from creation to completion; 0 when nothing has completed. */
    public double averageLatencyMs() {
      return completedEver == 0 ? 0 : (double) latencyMsEver / completedEver;
    }
  }

  /** Whether a repeated request would get an answer from the record instead of an effect. */
  record IsAnswered(RequestId id) implements Query<Boolean> {}

  /** Of which queues jobs are; those that there are not are left out. Asked by members only. */
  record QueuesOf(List<JobId> jobs) implements Query<JobPlaces> {
    public QueuesOf {
      jobs = List.copyOf(jobs);
    }
  }

  record JobPlaces(Map<JobId, JobPlace> places) {}

  /**
   * @param subject number of the key of whom the job is about; 0: of nobody
   */
  record JobPlace(QueueName queue, long subject) {}

  /** How payloads are sealed, and how far that has come everywhere. */
  record GetSealing() implements Query<Sealing> {}

  record Sealing(KeyRing keys, List<Namespace> namespaces, Reseal reseal) {
    public Sealing {
      namespaces = List.copyOf(namespaces);
    }
  }

  /**
   * Keys of data subjects, by their hashes or by their numbers.
   *
   * @param ids numbers of keys
   */
  record SubjectKeys(List<ByteString> hashes, List<Long> ids) implements Query<Keys> {
    public SubjectKeys {
      hashes = List.copyOf(hashes);
      ids = List.copyOf(ids);
    }
  }

  /** Those that there are. */
  record Keys(List<StoredKey> keys) {
    public Keys {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Keys that are not wrapped under a ring key, some of those with greater numbers.
   *
   * @param ring number of the ring key
   */
  record KeysToRewrap(long ring, long after) implements Query<KeyPage> {}

  /**
   * @param next behind which to go on; 0: there are no more
   */
  record KeyPage(List<StoredKey> keys, long next) {
    public KeyPage {
      keys = List.copyOf(keys);
    }
  }

  /** What is to be sealed anew next. */
  record NextReseal() implements Query<Reseal.Page> {}

  /**
   * Waits until the job has ended; fails with WAIT_TIMEOUT, JOB_FAILED or, when it is gone without
   * an end that was seen, JOB_NOT_FOUND.
   *
   * @param waitMs how long to wait at most
   */
  record WaitForJob(JobId id, long waitMs) implements Query<Finished> {}

  /**
   * A job has completed.
   *
   * @param result null when there is none, and when it is left out
   * @param from the job whose result is left out because it is large; otherwise null
   */
  record Finished(@Nullable Payload result, @Nullable JobView from) {
    public Finished(@Nullable Payload result) {
      this(result, null);
    }
  }

  /** Data and results of jobs, however large; see {@link Omitted}. */
  record GetPayloads(List<Part> parts) implements Query<Payloads> {
    public GetPayloads {
      parts = List.copyOf(parts);
    }
  }

  /**
   * @param result whether the job's result is meant; otherwise its data
   */
  record Part(JobId job, boolean result) {}

  /**
   * Those that there still are.
   *
   * @param unreadable those among them in whose place there is nothing, because the key is
   *     destroyed
   */
  record Payloads(Map<Part, Payload> found, List<Part> unreadable) {
    public Payloads(Map<Part, Payload> found) {
      this(found, List.of());
    }
  }

  /** Tokens and certificates, in the order of their numbers, those after {@code after} only. */
  record ListCredentials(long after, int limit) implements Query<Credentials> {}

  /** One page; {@code more} when others follow. */
  record Credentials(List<Credential> credentials, boolean more) {
    public Credentials {
      credentials = List.copyOf(credentials);
    }
  }

  /** Roles in the order of their names, those after {@code after} only. */
  record ListRoles(@Nullable String after, int limit) implements Query<Roles> {}

  /** One page; {@code more} when others follow. */
  record Roles(List<Role> roles, boolean more) {
    public Roles {
      roles = List.copyOf(roles);
    }
  }

  /** Quotas, those of tokens first and by name, behind {@code after} only. */
  record ListQuotas(@Nullable Quota after, int limit) implements Query<Quotas> {}

  /** One page; {@code more} when others follow. */
  record Quotas(List<Quota> quotas, boolean more) {
    public Quotas {
      quotas = List.copyOf(quotas);
    }
  }

  /**
   * Schemas by their patterns, behind {@code after} only.
   *
   * @param queue only those that cover it; null: all
   */
  record ListSchemas(@Nullable QueueName queue, @Nullable String after, int limit)
      implements Query<Schemas> {}

  /** One page; {@code more} when others follow. */
  record Schemas(List<DataSchema> schemas, boolean more) {
    public Schemas {
      schemas = List.copyOf(schemas);
    }
  }

  /** Policies for data by their patterns, behind {@code after} only. */
  record ListDataPolicies(@Nullable String after, int limit) implements Query<DataPolicies> {}

  /** One page; {@code more} when others follow. */
  record DataPolicies(List<DataPolicy> policies, boolean more) {
    public DataPolicies {
      policies = List.copyOf(policies);
    }
  }

  /**
   * Policies for what is kept of jobs that have ended, by their patterns, behind a pattern only.
   */
  record ListRetentions(@Nullable String after, int limit) implements Query<Retentions> {}

  /** One page; {@code more} when others follow. */
  record Retentions(List<Retention> retentions, boolean more) {
    public Retentions {
      retentions = List.copyOf(retentions);
    }
  }

  /** Erasures that may be seen, the latest first, those below a number only. */
  record ListErasures(long below, int limit) implements Query<Erasures> {}

  record Erasures(List<Erasure> erasures) {
    public Erasures {
      erasures = List.copyOf(erasures);
    }
  }

  /** What the erasure whose turn it is looks at next. Asked by members only. */
  record NextErasure() implements Query<ErasurePage> {}

  /**
   * @param erasure null: none runs
   * @param jobs those that are meant, with their data
   * @param to the job where the next step begins
   */
  record ErasurePage(@Nullable Erasure erasure, List<ErasableJob> jobs, long to) {
    public static final ErasurePage NONE = new ErasurePage(null, List.of(), 0);

    public ErasurePage {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * @param active whether it is being worked on
   */
  record ErasableJob(JobId id, boolean active, @Nullable Payload data, @Nullable Payload result) {}

  /**
   * Whether the holder of a token may do something.
   *
   * @param tokenName null: who asks
   * @param queue null: with the cluster
   */
  record CheckAccess(@Nullable String tokenName, Operation operation, @Nullable QueueName queue)
      implements Query<AccessDecision> {}

  /**
   * @param role that decides; null when none says anything
   */
  record AccessDecision(boolean allowed, @Nullable String role) {}

  /** What is recorded in the audit trail. */
  record GetAuditPolicy() implements Query<AuditPolicy> {}

  /**
   * Records of the audit trail in their order.
   *
   * @param fromMs Unix ms, included
   * @param toMs Unix ms, not included
   * @param user null: of all; so are the others
   * @param after only records with a greater number
   */
  record ListAudit(
      long fromMs,
      long toMs,
      @Nullable String user,
      @Nullable AuditAction action,
      @Nullable QueueName queue,
      @Nullable Boolean success,
      long after,
      int limit)
      implements Query<AuditPage> {}

  /**
   * @param nextMs the time from which to go on, Unix ms
   * @param next the number behind which to go on
   * @param more whether there may be more
   */
  record AuditPage(List<AuditRecord> records, long nextMs, long next, boolean more) {
    public AuditPage {
      records = List.copyOf(records);
    }
  }

  /**
   * Blocks of the audit trail as they are stored: those that begin behind a time and a record's
   * number in it.
   */
  record ListAuditBlocks(long fromMs, long after, int limit) implements Query<AuditBlocks> {}

  /**
   * @param heads the signed ones of these blocks, as they are stored, in their order; on the last
   *     page all that are left
   * @param head the hash of the last block there is; empty: there is none
   * @param key the public half of that with which heads are signed; empty: there is none
   * @param unrecorded refusals ever that were not recorded, because the trail was full
   */
  record AuditBlocks(
      List<ByteString> blocks,
      List<ByteString> heads,
      ByteString head,
      ByteString key,
      long unrecorded,
      boolean more) {
    public AuditBlocks {
      blocks = List.copyOf(blocks);
      heads = List.copyOf(heads);
    }
  }
}
