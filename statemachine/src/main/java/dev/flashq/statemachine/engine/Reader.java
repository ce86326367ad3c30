package dev.flashq.statemachine.engine;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Credential;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.Page;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Queues;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.access.AccessStore;
import dev.flashq.statemachine.access.Need;
import dev.flashq.statemachine.access.QuotaStore;
import dev.flashq.statemachine.audit.AuditReader;
import dev.flashq.statemachine.audit.AuditTrail;
import dev.flashq.statemachine.data.DataRuleStore;
import dev.flashq.statemachine.job.CustomIds;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.JobCodec;
import dev.flashq.statemachine.job.JobStatus;
import dev.flashq.statemachine.job.JobViews;
import dev.flashq.statemachine.job.Payloads;
import dev.flashq.statemachine.job.RetentionStore;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.request.Answers;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import dev.flashq.statemachine.turn.Meta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Answers questions from a view of the stored state; for any thread. */
final class Reader {
  private final IntFunction<@Nullable QueueName> names;
  private final JobListing listing;

  /**
   * @param names of queues that there are now, by their numbers
   */
  Reader(IntFunction<@Nullable QueueName> names) {
    this.names = names;
    this.listing = new JobListing(this::job);
  }

  /** Fails with {@link RefusedException} when the principal may not ask. */
  <R> R answer(Principal principal, Query<R> query, Access access, View view) {
    Grant grant = access.grant(principal);
    Refused refusal =
        grant == null ? Reason.NO_CREDENTIAL.refuses() : Need.of(query).refusal(principal, grant);
    if (grant == null || refusal != null) {
      throw new RefusedException(requireNonNull(refusal));
    }
    return answer(query, new Scope(view, principal, grant, access));
  }

  /** What there is to see, and what of it may be seen. */
  private record Scope(View view, Principal principal, Grant grant, Access access) {}

  @SuppressWarnings("unchecked")
  private <R> R answer(Query<R> query, Scope in) {
    return (R)
        switch (query) {
          case Query.GetJob q -> new Found(permitted(job(q.id().value(), in.view), in.grant));
          case Query.GetJobByCustomId q ->
              new Found(permitted(byCustomId(q.customId(), in), in.grant));
          case Query.WaitForJob q -> new Found(permitted(job(q.id().value(), in.view), in.grant));
          case Query.GetPayloads q -> payloads(q.parts(), in);
          case Query.GetJobs q -> jobs(q.ids(), in);
          case Query.ListJobs q -> listing.page(q, in.grant, in.view);
          case Query.ListDeadJobs q -> dead(q, in);
          case Query.GetQueue q -> queue(q.name(), in);
          case Query.ListQueues q -> queues(q, in);
          case Query.GetStats _ -> stats(in);
          case Query.IsAnswered q -> Answers.isAnswered(q.id(), in.view);
          case Query.QueuesOf q -> queuesOf(q.jobs(), in.view);
          case Query.GetSealing _ -> KeyReader.sealing(meta(in.view), in.view);
          case Query.SubjectKeys q -> KeyReader.subjects(q, in.view);
          case Query.KeysToRewrap q -> KeyReader.rewrap(q, in.view);
          case Query.NextReseal _ -> KeyReader.next(in.view, queue -> name(queue, in.view));
          case Query.ListCredentials q -> credentials(q, in.view);
          case Query.ListRoles q -> roles(q, in.view);
          case Query.ListQuotas q -> quotas(q, in.view);
          case Query.ListSchemas q -> schemas(q, in);
          case Query.ListDataPolicies q -> policies(q, in.view);
          case Query.ListRetentions q -> retentions(q, in.view);
          case Query.ListErasures q ->
              ErasureReader.list(q, in.principal.name(), in.grant, in.view);
          case Query.NextErasure _ -> ErasureReader.next(in.view, queue -> name(queue, in.view));
          case Query.CheckAccess q -> decision(q, in);
          case Query.GetAuditPolicy _ ->
              AuditTrail.policy(
                  AuditTrail.policy(in.view.get(Column.SETTINGS, AuditTrail.POLICY)),
                  in.access.isProtected());
          case Query.ListAudit q -> AuditReader.records(q, in.view);
          case Query.ListAuditBlocks q -> AuditReader.blocks(q, meta(in.view), in.view);
        };
  }

  /** The job, unless it is as if there were none; fails when it is there and may not be read. */
  private static @Nullable JobView permitted(@Nullable JobView job, Grant grant) {
    if (job == null || !grant.sees(job.queue())) {
      return null;
    }
    if (!grant.allows(Operation.GET_JOB, job.queue())) {
      throw new RefusedException(Reason.notPermitted(Operation.GET_JOB, job.queue()));
    }
    return job;
  }

  private static Query.Credentials credentials(Query.ListCredentials query, View view) {
    var page = new ArrayList<Credential>();
    byte[] from = Bytes.of(query.after() + 1);
    boolean more = fill(page, query.limit(), Column.CREDENTIALS, from, AccessStore::view, view);
    return new Query.Credentials(page, more);
  }

  private static Query.Roles roles(Query.ListRoles query, View view) {
    var page = new ArrayList<Role>();
    byte[] from = behind(query.after());
    boolean more =
        fill(page, query.limit(), Column.ROLES, from, (_, row) -> AccessStore.parseRole(row), view);
    return new Query.Roles(page, more);
  }

  private static Query.Quotas quotas(Query.ListQuotas query, View view) {
    var page = new ArrayList<Quota>();
    byte[] from = query.after() == null ? new byte[0] : behind(QuotaStore.key(query.after()));
    boolean more =
        fill(page, query.limit(), Column.QUOTAS, from, (_, row) -> QuotaStore.view(row), view);
    return new Query.Quotas(page, more);
  }

  private static Query.Schemas schemas(Query.ListSchemas query, Scope in) {
    QueueName queue = query.queue();
    var page = new ArrayList<DataSchema>();
    if (queue != null && !in.grant.sees(queue)) {
      return new Query.Schemas(page, false);
    }
    byte[] from = behind(query.after());
    boolean more =
        fill(
            page,
            query.limit(),
            Column.SCHEMAS,
            from,
            (_, row) -> DataRuleStore.schema(row),
            schema -> queue == null || schema.covers(queue),
            in.view);
    return new Query.Schemas(page, more);
  }

  private static Query.DataPolicies policies(Query.ListDataPolicies query, View view) {
    var page = new ArrayList<DataPolicy>();
    byte[] from = behind(query.after());
    boolean more =
        fill(
            page,
            query.limit(),
            Column.DATA_POLICIES,
            from,
            (_, row) -> DataRuleStore.policy(row),
            view);
    return new Query.DataPolicies(page, more);
  }

  private static Query.Retentions retentions(Query.ListRetentions query, View view) {
    var page = new ArrayList<Retention>();
    byte[] from = behind(query.after());
    boolean more =
        fill(
            page,
            query.limit(),
            Column.RETENTIONS,
            from,
            (_, row) -> RetentionStore.parse(row),
            view);
    return new Query.Retentions(page, more);
  }

  /** Fills a page with the rows of a column from a key on; whether there are more. */
  private static <T> boolean fill(
      List<T> page,
      int limit,
      Column column,
      byte[] from,
      BiFunction<byte[], byte[], T> row,
      View view) {
    return fill(page, limit, column, from, row, _ -> true, view);
  }

  private static <T> boolean fill(
      List<T> page,
      int limit,
      Column column,
      byte[] from,
      BiFunction<byte[], byte[], T> row,
      Predicate<T> wanted,
      View view) {
    var more = new boolean[1];
    view.scan(
        column,
        new byte[0],
        from,
        (key, value) -> {
          T found = row.apply(key, value);
          if (!wanted.test(found)) {
            return true;
          }
          more[0] = page.size() == limit;
          return !more[0] && page.add(found);
        });
    return more[0];
  }

  private static Query.AccessDecision decision(Query.CheckAccess query, Scope in) {
    Grant grant = in.grant;
    if (query.tokenName() != null) {
      if (!in.grant.allowsOnCluster(Operation.SECURITY)) {
        throw new RefusedException(Reason.notPermitted(Operation.SECURITY, null));
      }
      grant = in.access.grantOf(query.tokenName());
    }
    if (grant == null) {
      return new Query.AccessDecision(false, null);
    }
    Grant.Decision decision =
        grant.decide(query.operation(), query.queue() == null ? null : query.queue().value());
    return new Query.AccessDecision(decision.allowed(), decision.role());
  }

  private @Nullable JobView job(long id, View view) {
    byte[] header = view.get(Column.JOBS, Bytes.of(id));
    if (header == null) {
      return null;
    }
    Job job = JobCodec.decode(id, header);
    int resultBytes = job.status() instanceof JobStatus.Completed end ? end.resultBytes() : 0;
    boolean largeResult = JobViews.isLarge(resultBytes);
    return JobViews.view(
        job,
        name(job.queue(), view),
        JobViews.isLarge(job.dataBytes()) ? null : payload(id, false, view),
        resultBytes == 0 || largeResult ? null : payload(id, true, view),
        largeResult ? resultBytes : 0,
        job.status() instanceof JobStatus.Active ? meta(view).getLeasePauseMs() : 0);
  }

  private Query.JobPlaces queuesOf(List<JobId> jobs, View view) {
    var places = new LinkedHashMap<JobId, Query.JobPlace>();
    for (JobId job : jobs) {
      byte[] header = view.get(Column.JOBS, Bytes.of(job.value()));
      if (header != null) {
        Job found = JobCodec.decode(job.value(), header);
        places.put(
            job, new Query.JobPlace(name(found.queue(), view), found.options().subjectKey()));
      }
    }
    return new Query.JobPlaces(places);
  }

  static @Nullable Payload payload(long job, boolean result, View view) {
    return Payloads.decode(
        view.get(Column.PAYLOADS, result ? Payloads.resultKey(job) : Payloads.dataKey(job)));
  }

  private Query.Payloads payloads(List<Query.Part> parts, Scope in) {
    var found = new LinkedHashMap<Query.Part, Payload>();
    for (Query.Part part : parts) {
      Payload payload = payload(part.job().value(), part.result(), in.view);
      if (payload != null && mayHave(part.job().value(), in)) {
        found.put(part, payload);
      }
    }
    return new Query.Payloads(found);
  }

  /** Who was handed a job may have its data. */
  private boolean mayHave(long job, Scope in) {
    if (in.grant.isEverything()) {
      return true;
    }
    byte[] header = in.view.get(Column.JOBS, Bytes.of(job));
    return header != null
        && in.grant.allowsAny(
            List.of(Operation.GET_JOB, Operation.PULL),
            name(JobCodec.decode(job, header).queue(), in.view));
  }

  /** Those of queues that may not be seen do not hide others. */
  private @Nullable JobView byCustomId(String customId, Scope in) {
    long id = CustomIds.latest(customId, queue -> in.grant.sees(name(queue, in.view)), in.view);
    return id == 0 ? null : job(id, in.view);
  }

  private Page jobs(List<JobId> ids, Scope in) {
    List<JobView> found = page(ids.stream().map(JobId::value).toList(), Operation.GET_JOB, in);
    return new Page(found, found.size());
  }

  private QueueName name(int queue, View view) {
    QueueName known = names.apply(queue);
    if (known != null) {
      return known;
    }
    // It has been forgotten since.
    var found = new QueueName[1];
    view.scan(
        Column.QUEUES,
        new byte[0],
        new byte[0],
        (key, value) -> {
          if (QueueStore.parse(value).getId() == queue) {
            found[0] = queueName(key);
          }
          return found[0] == null;
        });
    if (found[0] == null) {
      throw new StorageException("no queue has number " + queue);
    }
    return found[0];
  }

  static QueueName queueName(byte[] key) {
    return new QueueName(new String(key, StandardCharsets.UTF_8));
  }

  private static QueueView queue(QueueName name, Scope in) {
    byte[] row = in.grant.sees(name) ? in.view.get(Column.QUEUES, Bytes.of(name.value())) : null;
    return row == null
        ? new QueueView(name, 0, 0, 0, 0, 0, 0, false, null, null)
        : Queue.view(name, QueueStore.parse(row));
  }

  private static Queues queues(Query.ListQueues query, Scope in) {
    var page = new ArrayList<QueueView>();
    var more = new boolean[1];
    byte[] from = behind(query.after());
    in.view.scan(
        Column.QUEUES,
        new byte[0],
        from,
        (key, value) -> {
          if (!in.grant.sees(queueName(key))) {
            return true;
          }
          more[0] = page.size() == query.limit();
          return !more[0] && page.add(Queue.view(queueName(key), QueueStore.parse(value)));
        });
    return new Queues(page, more[0]);
  }

  /** Behind a name; null: from the beginning. */
  private static byte[] behind(@Nullable String after) {
    return after == null ? new byte[0] : behind(Bytes.of(after));
  }

  private static byte[] behind(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** The jobs that there are, the first ones only when all together are too large. */
  private List<JobView> page(List<Long> ids, Operation operation, Scope in) {
    var page = new ArrayList<JobView>();
    long bytes = 0;
    for (long id : ids) {
      JobView job = job(id, in.view);
      if (job != null && in.grant.allows(operation, job.queue())) {
        bytes += JobListing.bytes(job);
        if (bytes > Limits.DELIVERY_BYTES && !page.isEmpty()) {
          break;
        }
        page.add(job);
      }
    }
    return page;
  }

  private Page dead(Query.ListDeadJobs query, Scope in) {
    var ids = new ArrayList<Long>();
    List<JobListing.QueueRow> rows = JobListing.rows(query.queue(), in.view);
    if (rows.isEmpty() || query.limit() == 0) {
      return new Page(List.of(), rows.isEmpty() ? 0 : rows.getFirst().view().failed());
    }
    byte[] prefix = Bytes.of(rows.getFirst().id());
    in.view.scan(
        Column.DEAD,
        prefix,
        prefix,
        (key, value) ->
            ids.add(JobListing.jobId(JobState.FAILED, key, value)) && ids.size() < query.limit());
    return new Page(page(ids, Operation.ADMIN, in), rows.getFirst().view().failed());
  }

  /** The counters of the cluster are for those who may see all of it. */
  private static Stats stats(Scope in) {
    MetaRecord meta = in.grant.isEverything() ? meta(in.view) : MetaRecord.getDefaultInstance();
    long[] sums = new long[JobState.values().length];
    for (JobListing.QueueRow queue : JobListing.rows(null, in.view)) {
      if (!in.grant.sees(queue.view().name())) {
        continue;
      }
      for (JobState state : JobState.values()) {
        sums[state.ordinal()] += JobListing.count(queue.view(), state);
      }
    }
    return new Stats(
        sums[JobState.WAITING.ordinal()],
        sums[JobState.DELAYED.ordinal()],
        sums[JobState.ACTIVE.ordinal()],
        sums[JobState.COMPLETED.ordinal()],
        sums[JobState.FAILED.ordinal()],
        sums[JobState.WAITING_CHILDREN.ordinal()],
        meta.getPushed(),
        meta.getCompleted(),
        meta.getFailed(),
        meta.getLatencyMs(),
        Meta.throughput(meta));
  }

  private static MetaRecord meta(View view) {
    byte[] row = view.get(Column.META, Meta.KEY);
    try {
      return row == null ? MetaRecord.getDefaultInstance() : MetaRecord.parseFrom(row);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable counters", e);
    }
  }
}
