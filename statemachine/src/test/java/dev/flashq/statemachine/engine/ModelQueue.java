package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.DEBOUNCED;
import static dev.flashq.protocol.ErrorCode.DUPLICATE_KEY;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LEASE_LOST;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;
import static dev.flashq.statemachine.JobState.ACTIVE;
import static dev.flashq.statemachine.JobState.COMPLETED;
import static dev.flashq.statemachine.JobState.DELAYED;
import static dev.flashq.statemachine.JobState.FAILED;
import static dev.flashq.statemachine.JobState.WAITING;
import static dev.flashq.statemachine.JobState.WAITING_CHILDREN;
import static java.util.Comparator.comparingLong;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Throughput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All queues as plain collections that are searched from end to end: what the engine must do, as
 * simply as it can be said. Refusals carry no text.
 */
final class ModelQueue {
  private static final long DAY = 24 * 60 * 60 * 1000L;

  /** The model does not say which of several. */
  static final String DEPENDENCY_FAILED = "Dependency will not complete";

  private static final Comparator<ModelJob> ORDER_OF_DELIVERY =
      comparingLong((ModelJob job) -> -(long) job.options.priority())
          .thenComparingLong(job -> job.place);

  private final TreeMap<Long, ModelJob> jobs = new TreeMap<>();
  private final TreeMap<QueueName, Settings> queues = new TreeMap<>();
  private final TreeMap<String, Long> debounced = new TreeMap<>();
  private long now;
  private long lastId;
  private long places;
  private long pushed;
  private long failed;
  private long latencyMs;
  private final List<Long> completedAt = new ArrayList<>();

  private static final class Settings {
    boolean paused;
    @Nullable RateLimit rate;
    // In parts of a job, of which one millisecond brings rate.max and one job costs
    // rate.durationMs.
    long tokens;
    long tokensAt;
    @Nullable Integer concurrency;
  }

  private static final class ModelJob {
    final long id;
    final QueueName queue;
    final long createdAt;
    final Set<Long> awaits = new TreeSet<>();
    JobOptions options;
    Payload data;
    JobState state = WAITING;
    long place;
    long runAt;
    long expiresAt = Long.MAX_VALUE;
    long startedAt;
    long heartbeatAt;
    long leaseUntil;
    long endedAt;
    @Nullable Payload result;
    int attempts;
    int stalls;
    int deliveries;
    int progress;
    @Nullable String message;
    @Nullable String error;

    ModelJob(long id, QueueName queue, NewJob job, long now) {
      this.id = id;
      this.queue = queue;
      this.options = job.options();
      this.data = job.data();
      this.createdAt = now;
    }

    boolean isOpen() {
      return state != COMPLETED && state != FAILED;
    }
  }

  /** Everything up to the time that is due happens. */
  void tick(long time) {
    now = Math.max(now, time);
    for (ModelJob job : all(j -> j.state == ACTIVE && j.leaseUntil <= now, j -> j.leaseUntil)) {
      leaseEnded(job);
    }
    all(j -> j.state == DELAYED && j.runAt <= now, j -> j.runAt).forEach(this::ready);
    for (ModelJob job :
        all(j -> j.isOpen() && j.state != ACTIVE && j.expiresAt <= now, j -> j.expiresAt)) {
      // One that waited for another that expired before it is dead by now, and stays so.
      if (job.isOpen()) {
        remove(job);
      }
    }
    jobs.values().removeIf(j -> j.state == COMPLETED && j.expiresAt <= now);
  }

  Reply apply(Command command, long time) {
    now = Math.max(now, time);
    return switch (command) {
      case Command.PushJobs c -> {
        settings(c.queue());
        var outcomes = new ArrayList<PushOutcome>();
        c.jobs().forEach(job -> outcomes.add(push(c.queue(), job)));
        yield new Reply.Pushed(outcomes);
      }
      case Command.PullJobs c -> pull(c.queue(), c.count());
      case Command.AckJobs c -> ack(c);
      case Command.FailJob c -> held(c.claim(), job -> fail(job, c.error()));
      case Command.ReportProgress c ->
          held(
              c.claim(),
              job -> {
                job.progress = c.progress();
                job.message = c.message();
                lease(job);
              });
      case Command.RenewLease c -> held(c.claim(), this::lease);
      case Command.MoveToDelayed c ->
          held(
              c.claim(),
              job -> {
                job.progress = 0;
                job.message = null;
                giveBack(job, now + c.delayMs());
              });
      case Command.ReleaseJobs c -> {
        c.claims().forEach(claim -> held(claim, job -> giveBack(job, now)));
        yield Reply.Done.DONE;
      }
      case Command.CancelJob c -> found(c.job(), ModelJob::isOpen, this::remove);
      case Command.UpdateJob c -> found(c.job(), _ -> true, job -> job.data = c.data());
      case Command.ChangePriority c ->
          found(
              c.job(),
              job -> job.state != COMPLETED,
              job -> job.options = job.options.toBuilder().priority(c.priority()).build());
      case Command.PromoteJob c -> found(c.job(), job -> job.state == DELAYED, this::ready);
      case Command.DiscardJob c -> {
        ModelJob job = jobs.get(c.claim().job().value());
        yield job != null && (job.state == ACTIVE || leaseIsLost(c.claim(), job) && job.isOpen())
            ? held(c.claim(), active -> die(active, "Discarded by user"))
            : found(c.claim().job(), ModelJob::isOpen, open -> die(open, "Discarded by user"));
      }
      case Command.SetPaused c -> {
        settings(c.queue()).paused = c.paused();
        yield Reply.Done.DONE;
      }
      case Command.SetRateLimit c -> {
        Settings queue = settings(c.queue());
        queue.rate = c.limit();
        queue.tokens = c.limit() == null ? 0 : c.limit().max() * c.limit().durationMs();
        queue.tokensAt = now;
        yield Reply.Done.DONE;
      }
      case Command.SetConcurrency c -> {
        settings(c.queue()).concurrency = c.limit();
        yield Reply.Done.DONE;
      }
      case Command.ForgetQueue c -> {
        queues.put(c.queue(), new Settings());
        yield Reply.Done.DONE;
      }
      case Command.DrainQueue c -> {
        List<ModelJob> matching = of(c.queue(), WAITING, ORDER_OF_DELIVERY);
        matching.addAll(of(c.queue(), DELAYED, comparingLong(job -> job.runAt)));
        yield some(matching, c.limit(), job -> job.id < c.belowJob(), this::removed);
      }
      case Command.RemoveJobs c ->
          some(
              of(c.queue(), c.state(), comparingLong(job -> job.id)),
              c.limit(),
              job -> job.id < c.belowJob() && age(job) >= c.olderThanMs(),
              this::removed);
      case Command.RetryDeadJobs c -> retry(c);
      case Command.RaiseFeatureLevel _, Command.Tick _ ->
          throw new IllegalArgumentException("not modelled: " + command);
    };
  }

  private PushOutcome push(QueueName queue, NewJob pushedJob) {
    JobOptions options = pushedJob.options();
    for (ModelJob job : jobs.values()) {
      if (options.customId() != null && options.customId().equals(job.options.customId())) {
        return new PushOutcome.Accepted(new JobId(job.id), true);
      }
    }
    if (keyIsTaken(queue, options)) {
      return refused(DUPLICATE_KEY);
    }
    for (JobId awaited : options.dependsOn()) {
      if (awaited.value() > lastId) {
        return refused(INVALID_REQUEST);
      }
      ModelJob job = jobs.get(awaited.value());
      if (job != null && job.state == FAILED) {
        return refused(WRONG_STATE);
      }
    }
    if (options.debounceId() != null) {
      String window = queue + "/" + options.debounceId();
      if (debounced.getOrDefault(window, 0L) > now) {
        return refused(DEBOUNCED);
      }
      debounced.put(window, now + (options.debounceTtlMs() == 0 ? 5000 : options.debounceTtlMs()));
    }
    ModelJob job = new ModelJob(++lastId, queue, pushedJob, now);
    jobs.put(job.id, job);
    pushed++;
    if (options.ttlMs() > 0) {
      job.expiresAt = now + options.ttlMs();
    }
    for (JobId awaited : options.dependsOn()) {
      ModelJob other = jobs.get(awaited.value());
      if (other != null && other.state != COMPLETED) {
        job.awaits.add(other.id);
      }
    }
    if (job.awaits.isEmpty()) {
      readyAt(job, now + options.delayMs());
    } else {
      job.state = WAITING_CHILDREN;
      job.runAt = now + options.delayMs();
    }
    return new PushOutcome.Accepted(new JobId(job.id), false);
  }

  private boolean keyIsTaken(QueueName queue, JobOptions options) {
    return options.uniqueKey() != null
        && jobs.values().stream()
            .anyMatch(
                job ->
                    job.isOpen()
                        && job.queue.equals(queue)
                        && options.uniqueKey().equals(job.options.uniqueKey()));
  }

  private Reply pull(QueueName name, int count) {
    var delivered = new ArrayList<JobView>();
    Settings queue = queues.get(name);
    while (queue != null && delivered.size() < count && admits(name, queue)) {
      ModelJob best =
          of(name, WAITING, ORDER_OF_DELIVERY).stream()
              .filter(job -> !groupIsBusy(job))
              .findFirst()
              .orElse(null);
      if (best == null) {
        break;
      }
      if (queue.rate != null) {
        queue.tokens -= queue.rate.durationMs();
      }
      best.state = ACTIVE;
      best.deliveries++;
      best.startedAt = now;
      lease(best);
      delivered.add(view(best));
    }
    return new Reply.Delivered(delivered);
  }

  private boolean admits(QueueName name, Settings queue) {
    if (queue.rate != null) {
      long full = queue.rate.max() * queue.rate.durationMs();
      long gained = Math.min(now - queue.tokensAt, queue.rate.durationMs()) * queue.rate.max();
      queue.tokens = Math.min(full, queue.tokens + gained);
      queue.tokensAt = now;
    }
    return !queue.paused
        && (queue.rate == null || queue.tokens >= queue.rate.durationMs())
        && (queue.concurrency == null || count(name, ACTIVE) < queue.concurrency);
  }

  private boolean groupIsBusy(ModelJob job) {
    return job.options.groupId() != null
        && jobs.values().stream()
            .anyMatch(
                other ->
                    other.state == ACTIVE
                        && other.queue.equals(job.queue)
                        && job.options.groupId().equals(other.options.groupId()));
  }

  private void lease(ModelJob job) {
    long stall = job.options.stallTimeoutMs() == 0 ? 90_000 : job.options.stallTimeoutMs();
    long timeout = job.options.timeoutMs() == 0 ? Long.MAX_VALUE : job.options.timeoutMs();
    job.heartbeatAt = now;
    job.leaseUntil = Math.min(now + stall, job.startedAt + Math.min(timeout, 1L << 60));
  }

  private Reply ack(Command.AckJobs command) {
    var failures = new ArrayList<Reply.Failure>();
    for (int i = 0; i < command.acks().size(); i++) {
      Command.Ack ack = command.acks().get(i);
      ModelJob job = jobs.get(ack.claim().job().value());
      boolean repeated =
          job != null && job.state == COMPLETED && ack.claim().lease() == job.deliveries;
      Reply reply = held(ack.claim(), active -> complete(active, ack.result()));
      if (reply instanceof Refused refusal && !repeated) {
        failures.add(new Reply.Failure(i, refusal));
      }
    }
    return new Reply.Acked(command.acks().size() - failures.size(), failures);
  }

  private void complete(ModelJob job, @Nullable Payload result) {
    completedAt.add(now);
    latencyMs += now - job.createdAt;
    for (ModelJob other : List.copyOf(jobs.values())) {
      if (other.awaits.remove(job.id) && other.awaits.isEmpty()) {
        readyAt(other, other.runAt);
      }
    }
    if (job.options.removeOnComplete()) {
      jobs.remove(job.id);
      return;
    }
    job.state = COMPLETED;
    job.endedAt = now;
    job.result = result;
    long age = job.options.keepCompletedAgeMs();
    job.expiresAt = now + (age == 0 ? DAY : age);
    long kept = job.options.keepCompletedCount() == 0 ? 100_000 : job.options.keepCompletedCount();
    for (int i = 0; i < 2 && count(job.queue, COMPLETED) > kept; i++) {
      jobs.remove(of(job.queue, COMPLETED, comparingLong(j -> j.endedAt)).getFirst().id);
    }
  }

  private void fail(ModelJob job, String error) {
    failed++;
    job.attempts++;
    job.error = error;
    job.message = error;
    if (isExhausted(job)) {
      die(job, error);
      return;
    }
    long backoff = job.options.backoffMs();
    if (!job.options.fixedBackoff()) {
      for (int i = 0; i < Math.min(job.attempts, 10); i++) {
        backoff *= 2;
      }
    }
    giveBack(job, now + backoff);
  }

  private void leaseEnded(ModelJob job) {
    if (job.options.timeoutMs() > 0 && now >= job.startedAt + job.options.timeoutMs()) {
      fail(job, "Job timed out");
      return;
    }
    failed++;
    job.attempts++;
    job.stalls++;
    job.message = "Job stalled: its worker did not answer in time";
    if (isExhausted(job) && job.stalls > 1) {
      die(job, "Job stalled");
    } else {
      job.error = "Job stalled: its worker did not answer in time";
      giveBack(job, now);
    }
  }

  private static boolean isExhausted(ModelJob job) {
    return job.options.maxAttempts() > 0 && job.attempts >= job.options.maxAttempts();
  }

  /** The holder has it no more; a job whose time to live is over is not handed out again. */
  private void giveBack(ModelJob job, long at) {
    if (job.expiresAt <= now) {
      remove(job);
    } else {
      readyAt(job, at);
    }
  }

  private void readyAt(ModelJob job, long at) {
    if (at <= now) {
      ready(job);
    } else {
      job.state = DELAYED;
      job.runAt = at;
    }
  }

  private void ready(ModelJob job) {
    places++;
    job.state = WAITING;
    job.place = job.options.lifo() ? -places : places;
    job.runAt = now;
  }

  private void remove(ModelJob job) {
    jobs.remove(job.id);
    if (job.state != COMPLETED) {
      failDependents(job.id);
    }
  }

  private boolean removed(ModelJob job) {
    remove(job);
    return true;
  }

  private void die(ModelJob job, String error) {
    failDependents(job.id);
    bury(job, error);
  }

  private void bury(ModelJob job, String error) {
    job.error = error;
    job.startedAt = job.state == ACTIVE ? job.startedAt : 0;
    job.endedAt = now;
    job.state = FAILED;
    job.awaits.clear();
    if (job.options.removeOnFail()) {
      jobs.remove(job.id);
    }
  }

  private void failDependents(long id) {
    var lost = new ArrayDeque<>(List.of(id));
    while (!lost.isEmpty()) {
      long awaited = lost.poll();
      for (ModelJob job : List.copyOf(jobs.values())) {
        if (job.awaits.contains(awaited)) {
          lost.add(job.id);
          bury(job, DEPENDENCY_FAILED);
        }
      }
    }
  }

  private Reply retry(Command.RetryDeadJobs command) {
    if (command.job() == null) {
      return some(
          of(command.queue(), FAILED, comparingLong(job -> job.endedAt)),
          command.limit(),
          _ -> true,
          this::revive);
    }
    ModelJob job = jobs.get(command.job().value());
    if (job == null || !job.queue.equals(command.queue()) || job.state != FAILED) {
      return refused(JOB_NOT_FOUND);
    }
    if (keyIsTaken(job.queue, job.options)) {
      return refused(DUPLICATE_KEY);
    }
    return waitsInVain(job) ? refused(WRONG_STATE) : some(List.of(job), 1, _ -> true, this::revive);
  }

  private boolean waitsInVain(ModelJob job) {
    return job.options.dependsOn().stream().anyMatch(id -> stateOf(id) == FAILED);
  }

  private @Nullable JobState stateOf(JobId id) {
    ModelJob job = jobs.get(id.value());
    return job == null ? null : job.state;
  }

  private boolean revive(ModelJob job) {
    if (keyIsTaken(job.queue, job.options) || waitsInVain(job)) {
      return false;
    }
    job.attempts = 0;
    job.stalls = 0;
    job.expiresAt = Long.MAX_VALUE;
    job.options = job.options.toBuilder().ttlMs(0).build();
    for (JobId awaited : job.options.dependsOn()) {
      if (stateOf(awaited) != null && stateOf(awaited) != COMPLETED) {
        job.awaits.add(awaited.value());
      }
    }
    if (job.awaits.isEmpty()) {
      ready(job);
    } else {
      job.state = WAITING_CHILDREN;
      job.runAt = now;
    }
    return true;
  }

  /** Up to {@code limit} matching jobs, chosen before anything is done to the first. */
  private static Reply some(
      List<ModelJob> candidates,
      int limit,
      Predicate<ModelJob> matches,
      Predicate<ModelJob> consequence) {
    var chosen = new ArrayList<ModelJob>();
    boolean more = false;
    for (ModelJob job : candidates) {
      if (chosen.size() == limit) {
        more = true;
        break;
      }
      if (matches.test(job)) {
        chosen.add(job);
      }
    }
    int done = 0;
    for (ModelJob job : chosen) {
      done += consequence.test(job) ? 1 : 0;
    }
    return new Reply.Removed(done, more);
  }

  private long age(ModelJob job) {
    return now - (job.isOpen() ? job.createdAt : job.endedAt);
  }

  private Reply found(JobId id, Predicate<ModelJob> allowed, Consumer<ModelJob> then) {
    ModelJob job = jobs.get(id.value());
    if (job == null) {
      return refused(JOB_NOT_FOUND);
    }
    if (!allowed.test(job)) {
      return refused(WRONG_STATE);
    }
    then.accept(job);
    return Reply.Done.DONE;
  }

  private Reply held(Claim claim, Consumer<ModelJob> then) {
    ModelJob job = jobs.get(claim.job().value());
    if (job != null && leaseIsLost(claim, job)) {
      return refused(LEASE_LOST);
    }
    if (job == null || job.state != ACTIVE) {
      return refused(JOB_NOT_FOUND);
    }
    then.accept(job);
    return Reply.Done.DONE;
  }

  private static boolean leaseIsLost(Claim claim, ModelJob job) {
    boolean over = job.isOpen() && job.state != ACTIVE;
    return claim.lease() != 0 && (claim.lease() != job.deliveries || over);
  }

  private Settings settings(QueueName queue) {
    return queues.computeIfAbsent(queue, _ -> new Settings());
  }

  private List<ModelJob> all(
      Predicate<ModelJob> matches, java.util.function.ToLongFunction<ModelJob> by) {
    return jobs.values().stream().filter(matches).sorted(comparingLong(by)).toList();
  }

  private List<ModelJob> of(QueueName queue, JobState state, Comparator<ModelJob> order) {
    var found = new ArrayList<ModelJob>();
    jobs.values().stream()
        .filter(job -> job.state == state && job.queue.equals(queue))
        .sorted(order)
        .forEach(found::add);
    return found;
  }

  private long count(QueueName queue, JobState state) {
    return jobs.values().stream()
        .filter(job -> job.state == state && job.queue.equals(queue))
        .count();
  }

  private static Refused refused(ErrorCode code) {
    return new Refused(code, "");
  }

  long lastId() {
    return lastId;
  }

  /** Ids of the jobs in a state, ascending. */
  List<JobId> ids(JobState state) {
    return jobs.values().stream()
        .filter(job -> job.state == state)
        .map(job -> new JobId(job.id))
        .toList();
  }

  /** The greatest lease given out for the job. */
  long lease(JobId id) {
    return Objects.requireNonNull(jobs.get(id.value())).deliveries;
  }

  @Nullable JobView find(JobId id) {
    ModelJob job = jobs.get(id.value());
    return job == null ? null : view(job);
  }

  QueueView counts(QueueName name) {
    Settings settings = queues.getOrDefault(name, new Settings());
    return new QueueView(
        name,
        count(name, WAITING),
        count(name, DELAYED),
        count(name, ACTIVE),
        count(name, COMPLETED),
        count(name, FAILED),
        count(name, WAITING_CHILDREN),
        settings.paused,
        settings.rate,
        settings.concurrency);
  }

  Stats stats() {
    return new Stats(
        ids(WAITING).size(),
        ids(DELAYED).size(),
        ids(ACTIVE).size(),
        ids(COMPLETED).size(),
        ids(FAILED).size(),
        ids(WAITING_CHILDREN).size(),
        pushed,
        completedAt.size(),
        failed,
        latencyMs,
        throughput());
  }

  private Throughput throughput() {
    if (completedAt.isEmpty()) {
      return Throughput.NONE;
    }
    long window = completedAt.getLast() / Throughput.WINDOW_MS;
    return new Throughput(window, completedIn(window), completedIn(window - 1));
  }

  private long completedIn(long window) {
    return completedAt.stream().filter(at -> at / Throughput.WINDOW_MS == window).count();
  }

  private static JobView view(ModelJob job) {
    boolean active = job.state == ACTIVE;
    boolean placed = job.isOpen() && !active;
    return new JobView(
        new JobId(job.id),
        job.queue,
        job.state,
        job.options,
        job.data,
        job.state == COMPLETED ? job.result : null,
        job.error,
        job.createdAt,
        placed ? job.runAt : job.createdAt + job.options.delayMs(),
        active || !job.isOpen() ? job.startedAt : 0,
        job.isOpen() ? 0 : job.endedAt,
        active ? job.heartbeatAt : 0,
        active ? job.leaseUntil : 0,
        job.attempts,
        job.stalls,
        job.progress,
        job.message,
        job.deliveries);
  }
}
