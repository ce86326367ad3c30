package dev.flashq.transport;

import static dev.flashq.protocol.ErrorCode.DUPLICATE_KEY;
import static dev.flashq.protocol.ErrorCode.JOB_FAILED;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LEASE_LOST;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.WAIT_TIMEOUT;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Credential;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.SealedTexts;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.Throughput;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.WrappedKey;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.gateway.Rules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A queue of maps with one thread: enough for the transports to have somebody to talk to. */
public final class FakeGateway implements CommandGateway, AutoCloseable {
  /** The clock of the fake: times in answers are easy to foresee. */
  public static final long NOW = 1_700_000_000_000L;

  /**
   * A window that no clock has reached, so that the rate does not depend on the time of the test.
   */
  private static final long FAR = 1L << 40;

  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final Map<JobId, Job> jobs = new TreeMap<>();
  private final Map<QueueName, Settings> queues = new TreeMap<>();
  private final Map<RequestId, Reply> answered = new HashMap<>();
  private final List<Pull> pulls = new ArrayList<>();
  private final List<Awaited> awaited = new ArrayList<>();
  private long lastId;
  public final List<Command> commands = Collections.synchronizedList(new ArrayList<>());
  public final List<Principal> principals = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean holding;
  private volatile boolean holdingPayloads;
  private volatile boolean readsFail;
  private volatile @Nullable Refused refusal;
  private final List<Runnable> held = new ArrayList<>();

  private static final class Job {
    JobView view;

    Job(JobView view) {
      this.view = view;
    }
  }

  private static final class Settings {
    boolean paused;
    Command.@Nullable RateLimit rateLimit;
    @Nullable Integer concurrency;
  }

  private record Pull(Command.PullJobs command, CompletableFuture<Reply> reply) {}

  private record Awaited(JobId job, CompletableFuture<Query.Finished> reply) {}

  @Override
  public CompletableFuture<Reply> submit(
      Principal principal, @Nullable RequestId requestId, Command command) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    Command checked;
    try {
      checked = Rules.checked(command);
    } catch (InvalidValueException e) {
      return CompletableFuture.completedFuture(new Refused(e.code(), e.sentence()));
    }
    commands.add(checked);
    principals.add(principal);
    Refused refused = refusal;
    if (refused != null) {
      return CompletableFuture.completedFuture(refused);
    }
    run(() -> submit(requestId, checked, reply));
    return reply;
  }

  /** From now on no question is answered. */
  public void failReads() {
    readsFail = true;
  }

  /** From now on every command is refused. */
  public void refuse(Refused reply) {
    refusal = reply;
  }

  /** From now on nothing is answered until {@link #letGo}. */
  public void hold() {
    holding = true;
  }

  /** From now on large data is not read until {@link #letGo}. */
  public void holdPayloads() {
    holdingPayloads = true;
  }

  public void letGo() {
    thread.execute(
        () -> {
          holding = false;
          holdingPayloads = false;
          held.forEach(Runnable::run);
          held.clear();
        });
  }

  private void run(Runnable task) {
    thread.execute(
        () -> {
          if (holding) {
            held.add(task);
          } else {
            task.run();
          }
        });
  }

  public int heldBack() {
    return CompletableFuture.supplyAsync(held::size, thread).join();
  }

  public long waitingPulls() {
    return CompletableFuture.supplyAsync(
            () -> pulls.stream().filter(p -> !p.reply().isDone()).count(), thread)
        .join();
  }

  private void submit(
      @Nullable RequestId requestId, Command command, CompletableFuture<Reply> reply) {
    if (requestId != null && answered.containsKey(requestId)) {
      reply.complete(answered.get(requestId));
    } else if (command instanceof Command.PullJobs pull) {
      pull(new Pull(pull, reply));
    } else {
      Reply answer = apply(command);
      if (requestId != null) {
        answered.put(requestId, answer);
      }
      reply.complete(answer);
    }
  }

  private void pull(Pull pull) {
    Reply.Delivered found = take(pull.command());
    if (!found.jobs().isEmpty() || pull.command().waitMs() == 0) {
      pull.reply().complete(found);
      return;
    }
    pulls.add(pull);
    thread.schedule(
        () -> {
          pulls.remove(pull);
          pull.reply().complete(Reply.Delivered.NONE);
        },
        pull.command().waitMs(),
        TimeUnit.MILLISECONDS);
  }

  private Reply.Delivered take(Command.PullJobs pull) {
    Settings settings = queues.get(pull.queue());
    if (settings != null && settings.paused) {
      return Reply.Delivered.NONE;
    }
    return new Reply.Delivered(
        select(pull.queue(), JobState.WAITING).stream()
            .limit(pull.count())
            .map(job -> shown(job.view = active(job.view)))
            .toList());
  }

  private List<Job> select(QueueName queue, JobState state) {
    return select(view -> view.queue().equals(queue) && view.state() == state);
  }

  private List<Job> select(Predicate<JobView> which) {
    return jobs.values().stream().filter(job -> which.test(job.view)).toList();
  }

  /** Commands about access, in order. */
  public final List<Command> access = new CopyOnWriteArrayList<>();

  /** Questions about the audit trail, in order. */
  public final List<Query.ListAudit> audited = new CopyOnWriteArrayList<>();

  /** Questions about access, in order. */
  public final List<Query.CheckAccess> checked = new CopyOnWriteArrayList<>();

  private Reply apply(Command command) {
    return switch (command) {
      case Command.PushJobs push -> push(push);
      case Command.AckJobs acks -> ack(acks);
      case Command.FailJob(Claim claim, String error, _) ->
          change(claim, view -> failed(view, error));
      case Command.ReportProgress(Claim claim, int progress, String message, _) ->
          change(claim, view -> at(view, progress, message));
      case Command.RenewLease(Claim claim) -> change(claim, view -> view);
      case Command.CancelJob(JobId id) -> remove(id);
      case Command.UpdateJob(JobId id, Payload data) -> update(id, view -> withData(view, data));
      case Command.ChangePriority(JobId id, _) -> change(new Claim(id, 0), view -> view);
      case Command.MoveToDelayed(Claim claim, _) ->
          change(claim, view -> in(view, JobState.DELAYED));
      case Command.PromoteJob(JobId id) ->
          change(new Claim(id, 0), view -> in(view, JobState.WAITING));
      case Command.DiscardJob(Claim claim) -> change(claim, view -> in(view, JobState.FAILED));
      case Command.SetPaused(QueueName queue, boolean paused) -> {
        settings(queue).paused = paused;
        yield Reply.Done.DONE;
      }
      case Command.SetRateLimit(QueueName queue, Command.RateLimit limit) -> {
        settings(queue).rateLimit = limit;
        yield Reply.Done.DONE;
      }
      case Command.SetConcurrency(QueueName queue, Integer limit) -> {
        settings(queue).concurrency = limit;
        yield Reply.Done.DONE;
      }
      case Command.CreateToken _,
          Command.RotateToken _,
          Command.ExpireToken _,
          Command.RevokeToken _,
          Command.PutRole _,
          Command.DropRole _,
          Command.BindCertificate _,
          Command.SetQuota _,
          Command.SetSchema _,
          Command.SetDataPolicy _,
          Command.SetRetention _,
          Command.SealQueues _,
          Command.UnsealQueues _,
          Command.SetAuditPolicy _ -> {
        access.add(command);
        yield Reply.Done.DONE;
      }
      case Command.DestroySubject _ -> {
        access.add(command);
        yield new Reply.Removed(1, false);
      }
      case Command.BeginErasure _ -> {
        access.add(command);
        yield new Reply.Begun(7);
      }
      case Command.CancelErasure cancel -> {
        access.add(command);
        yield cancel.number() == 7 ? Reply.Done.DONE : Reason.NO_ERASURE.refuses(cancel.number());
      }
      case Command.SetAccessKey _,
          Command.EraseJobs _,
          Command.AddKeys _,
          Command.BeginRing _,
          Command.RewrapKeys _,
          Command.ResealJobs _,
          Command.ListTokens _,
          Command.NoteUse _,
          Command.NoteLogins _,
          Command.NoteExported _,
          Command.NoteRead _,
          Command.SetAuditKey _,
          Command.SignAuditHead _ ->
          throw new IllegalArgumentException();
      case Command.ForgetQueue(QueueName queue) -> {
        queues.remove(queue);
        yield Reply.Done.DONE;
      }
      case Command.DrainQueue drain ->
          removeSome(
              view ->
                  view.queue().equals(drain.queue())
                      && (view.state() == JobState.WAITING || view.state() == JobState.DELAYED),
              Math.min(drain.limit(), 3));
      case Command.RemoveJobs some ->
          removeSome(
              view -> view.queue().equals(some.queue()) && view.state() == some.state(),
              Math.min(some.limit(), 3));
      case Command.CleanQueues some ->
          removeSome(
              view ->
                  Permission.matches(some.queues(), view.queue().value())
                      && view.state() == some.state(),
              Math.min(some.limit(), 3));
      case Command.ReleaseJobs(List<Claim> claims) -> {
        claims.forEach(claim -> change(claim, view -> in(view, JobState.WAITING)));
        yield Reply.Done.DONE;
      }
      case Command.RetryDeadJobs retry -> retry(retry);
      case Command.PullJobs _,
          Command.Tick _,
          Command.RaiseFeatureLevel _,
          Command.ExtendLeases _,
          Command.SetClock _ ->
          throw new IllegalArgumentException();
    };
  }

  private Settings settings(QueueName queue) {
    return queues.computeIfAbsent(queue, _ -> new Settings());
  }

  private Reply push(Command.PushJobs push) {
    settings(push.queue());
    List<Reply.PushOutcome> outcomes = new ArrayList<>();
    for (NewJob job : push.jobs()) {
      outcomes.add(push(push.queue(), job));
    }
    wake(push.queue());
    return new Reply.Pushed(outcomes);
  }

  private Reply.PushOutcome push(QueueName queue, NewJob job) {
    String key = job.options().uniqueKey();
    if (key != null && !select(view -> key.equals(view.options().uniqueKey())).isEmpty()) {
      return new Refused(DUPLICATE_KEY, "Duplicate job with key: " + key);
    }
    String custom = job.options().customId();
    if (custom != null) {
      List<Job> known = select(view -> custom.equals(view.options().customId()));
      if (!known.isEmpty()) {
        return new Reply.PushOutcome.Accepted(known.getFirst().view.id(), true);
      }
    }
    JobId id = new JobId(++lastId);
    JobState state = job.options().delayMs() > 0 ? JobState.DELAYED : JobState.WAITING;
    jobs.put(id, new Job(view(id, queue, state, job.options(), job.data())));
    return new Reply.PushOutcome.Accepted(id, false);
  }

  private void wake(QueueName queue) {
    for (Pull pull : List.copyOf(pulls)) {
      if (pull.reply().isDone()) {
        pulls.remove(pull);
      } else if (pull.command().queue().equals(queue)
          && !select(queue, JobState.WAITING).isEmpty()) {
        pulls.remove(pull);
        pull.reply().complete(take(pull.command()));
      }
    }
  }

  private Reply ack(Command.AckJobs acks) {
    int count = 0;
    List<Reply.Failure> failures = new ArrayList<>();
    for (int i = 0; i < acks.acks().size(); i++) {
      Command.Ack ack = acks.acks().get(i);
      Reply reply = change(ack.claim(), view -> completed(view, ack.result()));
      if (reply instanceof Refused refused) {
        failures.add(new Reply.Failure(i, refused));
      } else {
        count++;
        ended(ack.claim().job());
      }
    }
    return new Reply.Acked(count, failures);
  }

  private void ended(JobId id) {
    for (Awaited wait : List.copyOf(awaited)) {
      if (wait.job().equals(id)) {
        awaited.remove(wait);
        JobView ended = viewOf(id);
        wait.reply().complete(new Query.Finished(ended == null ? null : ended.result()));
      }
    }
  }

  private @Nullable JobView viewOf(JobId id) {
    Job job = jobs.get(id);
    return job == null ? null : job.view;
  }

  private interface Change {
    JobView of(JobView view);
  }

  private Reply change(Claim claim, Change change) {
    Job job = jobs.get(claim.job());
    if (job == null || job.view.state() == JobState.COMPLETED) {
      return new Refused(JOB_NOT_FOUND, "Job " + claim.job() + " not found");
    }
    if (claim.lease() != 0 && claim.lease() != job.view.lease()) {
      return new Refused(LEASE_LOST, "Job " + claim.job() + " is held by another worker");
    }
    job.view = change.of(job.view);
    return Reply.Done.DONE;
  }

  /** Also a job that has ended. */
  private Reply update(JobId id, Change change) {
    Job job = jobs.get(id);
    if (job == null) {
      return new Refused(JOB_NOT_FOUND, "Job " + id + " not found");
    }
    job.view = change.of(job.view);
    return Reply.Done.DONE;
  }

  private Reply remove(JobId id) {
    return jobs.remove(id) == null
        ? new Refused(JOB_NOT_FOUND, "Job " + id + " not found")
        : Reply.Done.DONE;
  }

  private Reply removeSome(Predicate<JobView> which, int limit) {
    List<Job> all = select(which);
    List<Job> some = all.stream().limit(limit).toList();
    some.forEach(job -> jobs.remove(job.view.id()));
    return new Reply.Removed(some.size(), all.size() > some.size());
  }

  private Reply retry(Command.RetryDeadJobs retry) {
    List<Job> dead =
        select(retry.queue(), JobState.FAILED).stream()
            .filter(job -> retry.job() == null || retry.job().equals(job.view.id()))
            .toList();
    dead.forEach(job -> job.view = in(job.view, JobState.WAITING));
    return new Reply.Removed(dead.size(), false);
  }

  @Override
  public <R> CompletableFuture<R> ask(
      Principal principal, Query<R> query, Consistency consistency) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    if (holdingPayloads && query instanceof Query.GetPayloads) {
      thread.execute(() -> held.add(() -> ask(query, answer)));
    } else {
      run(() -> ask(query, answer));
    }
    return answer;
  }

  @SuppressWarnings("unchecked") // Each query's answer type is the one its record declares.
  private <R> void ask(Query<R> query, CompletableFuture<R> answer) {
    try {
      if (readsFail) {
        throw new RefusedException(new Refused(SERVICE_UNAVAILABLE, "no leader"));
      }
      if (Rules.checked(query) instanceof Query.WaitForJob(JobId id, long waitMs)) {
        await(id, waitMs, (CompletableFuture<Query.Finished>) answer);
      } else {
        answer.complete((R) answer(Rules.checked(query)));
      }
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private void await(JobId id, long waitMs, CompletableFuture<Query.Finished> answer) {
    Job job = jobs.get(id);
    if (job == null) {
      throw new RefusedException(new Refused(JOB_NOT_FOUND, "Job not found"));
    }
    if (job.view.state() == JobState.FAILED) {
      throw new RefusedException(new Refused(JOB_FAILED, "Job failed"));
    }
    if (job.view.state() == JobState.COMPLETED) {
      answer.complete(new Query.Finished(job.view.result()));
      return;
    }
    awaited.add(new Awaited(id, answer));
    Refused late =
        new Refused(WAIT_TIMEOUT, "Timeout waiting for job " + id + " after " + waitMs + "ms");
    thread.schedule(
        () -> answer.completeExceptionally(new RefusedException(late)),
        waitMs,
        TimeUnit.MILLISECONDS);
  }

  private Object answer(Query<?> query) {
    return switch (query) {
      case Query.GetJob(JobId id) -> new Query.Found(shown(id).findFirst().orElse(null));
      case Query.GetJobByCustomId(String customId) ->
          new Query.Found(
              select(view -> customId.equals(view.options().customId())).stream()
                  .map(job -> shown(job.view))
                  .findFirst()
                  .orElse(null));
      case Query.GetJobs(List<JobId> ids) ->
          page(ids.stream().flatMap(this::shown).toList(), Integer.MAX_VALUE, 0);
      case Query.ListJobs list -> listing(list);
      case Query.ListDeadJobs dead ->
          page(
              select(dead.queue(), JobState.FAILED).stream().map(job -> shown(job.view)).toList(),
              dead.limit(),
              0);
      case Query.GetPayloads(List<Query.Part> parts) -> payloads(parts);
      case Query.GetQueue(QueueName name) -> queue(name);
      case Query.ListQueues list -> {
        List<Query.QueueView> after =
            queues.keySet().stream()
                .filter(name -> list.after() == null || name.value().compareTo(list.after()) > 0)
                .map(this::queue)
                .toList();
        // Two on a page, so that callers have to turn pages.
        yield new Query.Queues(after.stream().limit(2).toList(), after.size() > 2);
      }
      case Query.GetStats _ ->
          new Query.Stats(
              count(JobState.WAITING),
              count(JobState.DELAYED),
              count(JobState.ACTIVE),
              count(JobState.COMPLETED),
              count(JobState.FAILED),
              0,
              lastId,
              count(JobState.COMPLETED),
              count(JobState.FAILED),
              125L * count(JobState.COMPLETED),
              new Throughput(FAR, 7L * count(JobState.COMPLETED), 0));
      case Query.ListCredentials _ ->
          new Query.Credentials(
              List.of(
                  new Credential(
                      1,
                      "worker",
                      "",
                      List.of("w"),
                      List.of(),
                      1000,
                      0,
                      3_600_000,
                      Credential.State.ACTIVE)),
              false);
      case Query.ListRoles _ ->
          new Query.Roles(
              List.of(
                  new Role(
                      "w",
                      List.of(new Permission(List.of("jobs:*"), List.of(Operation.PULL), false)),
                      List.of(new Permission(List.of("*:secret"), List.of(), true)))),
              false);
      case Query.ListQuotas _ ->
          new Query.Quotas(
              List.of(
                  new Quota(
                      Quota.Owner.TOKEN,
                      "w",
                      List.of(new Quota.Pushes(List.of("mail"), new Command.RateLimit(5, 1000))),
                      new UseLimits(2, UseLimits.UNLIMITED, UseLimits.UNLIMITED, 3))),
              false);
      case Query.GetAuditPolicy _ -> AuditPolicy.DEFAULT;
      case Query.ListAuditBlocks _ ->
          new Query.AuditBlocks(
              List.of(ByteString.copyFromUtf8("block")),
              List.of(ByteString.copyFromUtf8("head")),
              ByteString.copyFromUtf8("h"),
              ByteString.copyFromUtf8("key"),
              0,
              false);
      case Query.ListAudit q -> {
        audited.add(q);
        yield new Query.AuditPage(
            List.of(
                new AuditRecord(
                    7,
                    1_700_000_000_123L,
                    AuditAction.PUSH,
                    "mail",
                    List.of(new JobId(42)),
                    1,
                    0,
                    null,
                    "",
                    "ann",
                    "10.0.0.1"),
                new AuditRecord(
                    8,
                    1_700_000_000_124L,
                    AuditAction.ACK,
                    "",
                    List.of(new JobId(1), new JobId(2)),
                    0,
                    2,
                    ErrorCode.LEASE_LOST,
                    "",
                    "",
                    "")),
            1_700_000_000_124L,
            8,
            true);
      }
      case Query.CheckAccess q -> {
        checked.add(q);
        yield new Query.AccessDecision(true, "w");
      }
      case Query.ListSchemas _ ->
          new Query.Schemas(
              List.of(
                  new DataSchema(
                      "mail*",
                      7,
                      DataSchema.Mode.REPORT,
                      ByteString.copyFromUtf8("{\"maxLength\":5}"))),
              false);
      case Query.GetSealing _ ->
          new Query.Sealing(
              new KeyRing(
                  3,
                  ByteString.EMPTY,
                  true,
                  0,
                  List.of(
                      new StoredKey(
                          5,
                          "pay*",
                          ByteString.EMPTY,
                          new WrappedKey(3, ByteString.copyFromUtf8("wrapped")),
                          1000)),
                  7,
                  2),
              List.of(new Namespace("pay*", 5)),
              new Reseal(4, 10, 0, 51, 100, new Reseal.Counts(50, 40, 1, 0)));
      case Query.ListRetentions _ ->
          new Query.Retentions(List.of(new Retention("mail*", 1, 2, 3, 4)), false);
      case Query.ListErasures list ->
          new Query.Erasures(
              list.below() <= 7
                  ? List.of()
                  : List.of(
                      new Erasure(
                          7,
                          "ann",
                          new Erasure.Request(
                              "userId",
                              ByteString.EMPTY,
                              List.of(new Erasure.Edit("email", null)),
                              List.of("mail*"),
                              List.of(JobState.COMPLETED),
                              false),
                          Erasure.Status.DONE,
                          NOW,
                          NOW + 5,
                          10,
                          9,
                          new Erasure.Counts(6, 5, 4, 3, 2, 1))));
      case Query.ListDataPolicies _ ->
          new Query.DataPolicies(
              List.of(new DataPolicy("pay*", false, List.of("cvv"), true, 1000, true)), false);
      case Query.WaitForJob _,
          Query.IsAnswered _,
          Query.QueuesOf _,
          Query.NextErasure _,
          Query.SubjectKeys _,
          Query.KeysToRewrap _,
          Query.NextReseal _ ->
          throw new IllegalArgumentException();
    };
  }

  /** The newest first; behind a job it goes on by its id. */
  private Query.Page listing(Query.ListJobs list) {
    List<JobView> all =
        select(
                view ->
                    (list.queue() == null || list.queue().equals(view.queue()))
                        && (list.state() == null || list.state() == view.state()))
            .stream()
            .map(job -> shown(job.view))
            .sorted(Comparator.comparing(JobView::id).reversed())
            .toList();
    long below =
        list.after().isEmpty() ? Long.MAX_VALUE : Long.parseLong(list.after().toStringUtf8());
    List<JobView> left =
        all.stream().filter(job -> job.id().value() < below).skip(list.offset()).toList();
    List<JobView> jobs = left.stream().limit(list.limit()).toList();
    return new Query.Page(
        jobs,
        all.size(),
        jobs.size() == left.size() || jobs.isEmpty()
            ? ByteString.EMPTY
            : ByteString.copyFromUtf8(jobs.getLast().id().toString()));
  }

  private static Query.Page page(List<JobView> all, int limit, int offset) {
    return new Query.Page(all.stream().skip(offset).limit(limit).toList(), all.size());
  }

  private long count(JobState state) {
    return select(view -> view.state() == state).size();
  }

  private Query.QueueView queue(QueueName name) {
    Settings settings = queues.getOrDefault(name, new Settings());
    return new Query.QueueView(
        name,
        select(name, JobState.WAITING).size(),
        select(name, JobState.DELAYED).size(),
        select(name, JobState.ACTIVE).size(),
        select(name, JobState.COMPLETED).size(),
        select(name, JobState.FAILED).size(),
        select(name, JobState.WAITING_CHILDREN).size(),
        settings.paused,
        settings.rateLimit,
        settings.concurrency);
  }

  private Query.Payloads payloads(List<Query.Part> parts) {
    var found = new HashMap<Query.Part, Payload>();
    for (Query.Part part : parts) {
      JobView job = viewOf(part.job());
      Payload payload = job == null ? null : part.result() ? job.result() : job.data();
      if (payload != null) {
        found.put(part, payload);
      }
    }
    return new Query.Payloads(found);
  }

  private Stream<JobView> shown(JobId id) {
    return Stream.ofNullable(viewOf(id)).map(FakeGateway::shown);
  }

  /** Without large data, as the cluster shows jobs. */
  private static JobView shown(JobView job) {
    int data = largeBytes(job.data());
    int result = largeBytes(job.result());
    return data + result == 0
        ? job
        : job.with(
            data > 0 ? null : job.data(),
            result > 0 ? null : job.result(),
            new Omitted(data, result));
  }

  private static int largeBytes(@Nullable Payload payload) {
    int bytes = payload == null ? 0 : payload.bytes().size();
    return bytes > Limits.INLINE_BYTES ? bytes : 0;
  }

  private static JobView view(
      JobId id, QueueName queue, JobState state, JobOptions options, Payload data) {
    return new JobView(
        id,
        queue,
        state,
        options,
        data,
        null,
        null,
        NOW,
        NOW + options.delayMs(),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        0,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }

  private static JobView in(JobView v, JobState state) {
    return copy(
        v,
        state,
        v.data(),
        v.result(),
        v.error(),
        v.attempts(),
        v.progress(),
        v.progressMessage(),
        v.lease());
  }

  private static JobView active(JobView v) {
    return copy(
        v,
        JobState.ACTIVE,
        v.data(),
        null,
        v.error(),
        v.attempts(),
        v.progress(),
        v.progressMessage(),
        v.lease() + 1);
  }

  private static JobView completed(JobView v, @Nullable Payload result) {
    return copy(
        v,
        JobState.COMPLETED,
        v.data(),
        result,
        v.error(),
        v.attempts(),
        v.progress(),
        v.progressMessage(),
        v.lease());
  }

  private static JobView failed(JobView v, String error) {
    JobState next = v.options().maxAttempts() == 1 ? JobState.FAILED : JobState.WAITING;
    return copy(
        v,
        next,
        v.data(),
        null,
        error,
        v.attempts() + 1,
        v.progress(),
        v.progressMessage(),
        v.lease());
  }

  private static JobView at(JobView v, int progress, @Nullable String message) {
    return copy(
        v, v.state(), v.data(), v.result(), v.error(), v.attempts(), progress, message, v.lease());
  }

  private static JobView withData(JobView v, Payload data) {
    return copy(
        v,
        v.state(),
        data,
        v.result(),
        v.error(),
        v.attempts(),
        v.progress(),
        v.progressMessage(),
        v.lease());
  }

  private static JobView copy(
      JobView v,
      JobState state,
      @Nullable Payload data,
      @Nullable Payload result,
      @Nullable String error,
      int attempts,
      int progress,
      @Nullable String message,
      long lease) {
    boolean active = state == JobState.ACTIVE;
    return new JobView(
        v.id(),
        v.queue(),
        state,
        v.options(),
        data,
        result,
        error,
        v.createdAt(),
        v.runAt(),
        active ? NOW : 0,
        state == JobState.COMPLETED ? NOW : 0,
        active ? NOW : 0,
        active ? NOW + 90_000 : 0,
        attempts,
        0,
        progress,
        message,
        lease,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
