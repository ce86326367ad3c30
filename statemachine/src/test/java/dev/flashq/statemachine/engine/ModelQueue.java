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
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Stats;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.SealedTexts;
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
  private final TreeMap<String, Long> turns = new TreeMap<>();
  private final Set<Long> everCompleted = new TreeSet<>();
  private long now;
  private long leasesFrom;
  private long lastId;
  private long places;
  private long pushed;
  private long failed;
  private long latencyMs;
  private final List<Long> completedAt = new ArrayList<>();

  private static final class Settings {
    boolean paused;
    @Nullable RateLimit rate;
    List<Long> deliveredAt = new ArrayList<>();
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
    boolean keepsPlace;
    boolean head;
    long runAt;
    long since;
    long expiresAt = Long.MAX_VALUE;
    long startedAt;
    long heartbeatAt;
    long leaseUntil;
    long timesOutAt;
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
    for (ModelJob job :
        all(
            j -> j.state == ACTIVE && j.leaseUntil <= now && leasesFrom <= now,
            j -> j.leaseUntil)) {
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
                comeBack(job, () -> postpone(job, now + c.delayMs()));
              });
      case Command.ReleaseJobs c -> {
        c.claims().forEach(claim -> held(claim, this::giveBack));
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
        RateLimit old = queue.rate;
        if (c.limit() == null || old == null) {
          queue.deliveredAt.clear();
        } else if (c.limit().durationMs() != old.durationMs()) {
          queue.deliveredAt.removeIf(at -> !counts(old, at));
          queue.deliveredAt.replaceAll(at -> Math.min(now, endOfSlot(old, at) - 1));
        }
        queue.rate = c.limit();
        yield Reply.Done.DONE;
      }
      case Command.SetConcurrency c -> {
        settings(c.queue()).concurrency = c.limit();
        yield Reply.Done.DONE;
      }
      case Command.SetAccessKey _,
          Command.ListTokens _,
          Command.NoteUse _,
          Command.NoteLogins _,
          Command.NoteExported _,
          Command.NoteRead _,
          Command.SetAuditKey _,
          Command.SignAuditHead _,
          Command.CreateToken _,
          Command.RotateToken _,
          Command.ExpireToken _,
          Command.RevokeToken _,
          Command.PutRole _,
          Command.DropRole _,
          Command.BindCertificate _,
          Command.SetAuditPolicy _,
          Command.SetQuota _,
          Command.SetSchema _,
          Command.SetDataPolicy _,
          Command.SetRetention _,
          Command.BeginErasure _,
          Command.CancelErasure _,
          Command.EraseJobs _,
          Command.SealQueues _,
          Command.UnsealQueues _,
          Command.DestroySubject _,
          Command.AddKeys _,
          Command.BeginRing _,
          Command.RewrapKeys _,
          Command.ResealJobs _ ->
          throw new IllegalArgumentException("not about queues: " + command);
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
      case Command.CleanQueues c -> {
        int count = 0;
        for (QueueName queue :
            queues.keySet().stream().sorted(Comparator.comparing(QueueName::value)).toList()) {
          if (Permission.matches(c.queues(), queue.value())) {
            // The end of a job of one queue may have been that of a job of the next.
            count += clean(queue, c).count();
          }
        }
        yield new Reply.Removed(count, false);
      }
      case Command.RetryDeadJobs c -> retry(c);
      case Command.ExtendLeases c -> {
        extendLeases(c.lostMs());
        leasesFrom = Math.max(leasesFrom, now + c.graceMs());
        yield Reply.Done.DONE;
      }
      case Command.SetClock c -> {
        extendLeases(Math.max(0, c.toMs() - now));
        now = Math.max(now, c.toMs());
        yield Reply.Done.DONE;
      }
      case Command.RaiseFeatureLevel _, Command.Tick _ ->
          throw new IllegalArgumentException("not modelled: " + command);
    };
  }

  private void extendLeases(long ms) {
    for (ModelJob job : all(j -> j.state == ACTIVE, j -> j.id)) {
      job.leaseUntil += ms;
      job.timesOutAt += ms;
    }
  }

  private PushOutcome push(QueueName queue, NewJob pushedJob) {
    JobOptions options = pushedJob.options();
    for (ModelJob job : jobs.values()) {
      if (options.customId() != null
          && options.customId().equals(job.options.customId())
          && job.queue.equals(queue)
          && job.state != COMPLETED) {
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
      if (isInVain(awaited)) {
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
      job.since = now;
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
              .filter(this::standsForItsGroup)
              .min(
                  comparingLong((ModelJob job) -> -(long) job.options.priority())
                      .thenComparingLong(this::turn))
              .orElse(null);
      boolean alone = best != null && best.stalls >= 2;
      if (best == null || (alone && !delivered.isEmpty())) {
        break;
      }
      queue.deliveredAt.add(now);
      best.state = ACTIVE;
      best.deliveries++;
      best.startedAt = now;
      best.timesOutAt = now + (best.options.timeoutMs() == 0 ? 1L << 60 : best.options.timeoutMs());
      lease(best);
      delivered.add(view(best));
      if (alone) {
        break;
      }
    }
    return new Reply.Delivered(delivered);
  }

  private boolean admits(QueueName name, Settings queue) {
    RateLimit rate = queue.rate;
    return !queue.paused
        && (rate == null
            || queue.deliveredAt.stream().filter(at -> counts(rate, at)).count() < rate.max())
        && (queue.concurrency == null || count(name, ACTIVE) < queue.concurrency);
  }

  /** Whether a delivery under the limit may still be in a window that ends now. */
  private boolean counts(RateLimit rate, long deliveredAt) {
    return endOfSlot(rate, deliveredAt) + rate.durationMs() > now;
  }

  private static long endOfSlot(RateLimit rate, long at) {
    long slot = Math.ceilDiv(rate.durationMs(), 64);
    return at / slot * slot + slot;
  }

  private static String group(ModelJob job) {
    return job.queue + "/" + job.options.groupId();
  }

  private List<ModelJob> othersOfGroup(ModelJob job) {
    return all(
        other ->
            other != job
                && job.options.groupId() != null
                && other.options.groupId() != null
                && group(other).equals(group(job)),
        other -> other.id);
  }

  private boolean standsForItsGroup(ModelJob job) {
    return othersOfGroup(job).stream()
        .noneMatch(
            other ->
                other.state == ACTIVE
                    || other.head
                    || (other.state == WAITING && ORDER_OF_DELIVERY.compare(other, job) < 0));
  }

  private long turn(ModelJob job) {
    return job.options.groupId() == null || job.place < 0
        ? job.place
        : Objects.requireNonNull(turns.get(group(job)));
  }

  private void lease(ModelJob job) {
    long stall = job.options.stallTimeoutMs() == 0 ? 90_000 : job.options.stallTimeoutMs();
    job.heartbeatAt = now;
    job.leaseUntil = Math.min(now + stall, job.timesOutAt);
  }

  private Reply ack(Command.AckJobs command) {
    var failures = new ArrayList<Reply.Failure>();
    var named = new TreeSet<Long>();
    for (int i = 0; i < command.acks().size(); i++) {
      Command.Ack ack = command.acks().get(i);
      if (!named.add(ack.claim().job().value())) {
        continue;
      }
      ModelJob job = jobs.get(ack.claim().job().value());
      boolean repeated =
          job != null && job.state == COMPLETED && ack.claim().lease() == job.deliveries;
      Reply reply = held(ack.claim(), active -> complete(active, ack.result()));
      if (reply instanceof Refused refusal && !repeated) {
        failures.add(new Reply.Failure(i, refusal));
      }
    }
    return new Reply.Acked(named.size() - failures.size(), failures);
  }

  private void complete(ModelJob job, @Nullable Payload result) {
    completedAt.add(now);
    everCompleted.add(job.id);
    latencyMs += now - job.createdAt;
    for (ModelJob other : List.copyOf(jobs.values())) {
      if (other.awaits.remove(job.id) && other.awaits.isEmpty()) {
        readyAt(other, other.runAt);
      }
    }
    leaveActive(job, false);
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
    long pause = job.attempts == 1 ? 0 : 10;
    for (int i = 0; i < Math.min(job.attempts - 2, 10); i++) {
      pause *= 2;
    }
    long at = now + Math.max(backoff, pause);
    leaveActive(job, at == now);
    comeBack(
        job,
        () -> {
          job.keepsPlace = true;
          readyAt(job, at);
          job.head =
              job.state == DELAYED && job.options.groupStrict() && job.options.groupId() != null;
        });
  }

  private void leaseEnded(ModelJob job) {
    if (now >= job.timesOutAt) {
      fail(job, "Job timed out");
      return;
    }
    job.stalls++;
    job.message = "Job stalled: its worker did not answer in time";
    int attempts = job.options.maxAttempts();
    if (attempts > 0 && job.stalls >= Math.max(3, attempts)) {
      failed++;
      die(job, "Job stalled");
    } else {
      job.error = "Job stalled: its worker did not answer in time";
      giveBack(job);
    }
  }

  private static boolean isExhausted(ModelJob job) {
    return job.options.maxAttempts() > 0 && job.attempts >= job.options.maxAttempts();
  }

  /** As if it had not been delivered. */
  private void giveBack(ModelJob job) {
    leaveActive(job, true);
    job.keepsPlace = true;
    comeBack(job, () -> ready(job));
  }

  private void postpone(ModelJob job, long at) {
    readyAt(job, at);
    if (!isAloneInItsGroup(job)) {
      turns.put(group(job), ++places);
    }
  }

  private boolean isAloneInItsGroup(ModelJob job) {
    return othersOfGroup(job).stream()
        .noneMatch(other -> other.state == WAITING || other.state == ACTIVE || other.head);
  }

  /** The turn of its group is over. */
  private void leaveActive(ModelJob job, boolean undone) {
    if (!undone && job.state == ACTIVE && job.options.groupId() != null) {
      turns.put(group(job), ++places);
    }
  }

  /** The holder has it no more; a job whose time to live is over is not handed out again. */
  private void comeBack(ModelJob job, Runnable then) {
    if (job.expiresAt <= now) {
      remove(job);
    } else {
      then.run();
    }
  }

  private void readyAt(ModelJob job, long at) {
    if (at <= now) {
      ready(job);
    } else {
      job.state = DELAYED;
      job.runAt = at;
      job.since = now;
    }
  }

  private void ready(ModelJob job) {
    if (!job.keepsPlace) {
      places++;
      job.place = job.options.lifo() ? -places : places;
    }
    if (isAloneInItsGroup(job)) {
      turns.put(group(job), job.place);
    }
    job.keepsPlace = false;
    job.head = false;
    job.state = WAITING;
    job.runAt = now;
    job.since = now;
  }

  private void remove(ModelJob job) {
    leaveActive(job, false);
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
    leaveActive(job, false);
    job.keepsPlace = false;
    job.head = false;
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
    return job.options.dependsOn().stream().anyMatch(this::isInVain);
  }

  /** Whether nobody knows that it will complete, or that it has. */
  private boolean isInVain(JobId id) {
    return stateOf(id) == FAILED || (stateOf(id) == null && !everCompleted.contains(id.value()));
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
      job.since = now;
    }
    return true;
  }

  /** Up to {@code limit} matching jobs, chosen before anything is done to the first. */
  private Reply.Removed clean(QueueName queue, Command.CleanQueues clean) {
    return some(
        of(queue, clean.state(), comparingLong(job -> job.id)),
        clean.limit(),
        job -> age(job) >= clean.olderThanMs(),
        this::removed);
  }

  private static Reply.Removed some(
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
    return now - (!job.isOpen() ? job.endedAt : job.state == ACTIVE ? job.startedAt : job.since);
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

  long now() {
    return now;
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
        job.deliveries,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }
}
