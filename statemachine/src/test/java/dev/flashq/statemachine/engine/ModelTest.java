package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.SealedTexts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random commands on the engine and on {@link ModelQueue}: every answer and count must agree. */
class ModelTest {
  private static final int STEPS = Integer.getInteger("model.steps", 6000);
  // Nothing in "plain" has a group, so that the order in which it is drained is the model's.
  private static final QueueName PLAIN = new QueueName("plain");
  private static final List<QueueName> QUEUES =
      List.of(PLAIN, new QueueName("mail"), new QueueName("pay:eu"));

  @TempDir Path folder;
  private final long seed = Long.getLong("model.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final ModelQueue model = new ModelQueue();

  @Test
  void theEngineDoesWhatTheModelDoes() {
    System.out.println("ModelTest: repeat with -Dmodel.seed=" + seed);
    try (EngineFixture engine = new EngineFixture(folder)) {
      engine.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.CURRENT));
      for (int step = 0; step < STEPS; step++) {
        if (chance(5)) {
          letTimePass(engine);
        }
        Command command = command();
        Reply expected = model.apply(command, engine.now());
        Reply actual = engine.apply(giver(command), command);
        String where = "step " + step + " of -Dmodel.seed=" + seed + ": " + command;
        assertThat(inModelWords(actual)).as(where).isEqualTo(expected);
        compareCounts(engine, where);
        compareJobs(engine, step % 300 == 0 ? everyId() : someIds(), where);
        if (step % 300 == 0) {
          comparePages(engine, where);
        }
        if (chance(400)) {
          engine.restart();
        }
      }
    }
  }

  /** Only members give jobs back. */
  private static Principal giver(Command command) {
    return command instanceof Command.ReleaseJobs ? Principal.SYSTEM : new Principal("tester");
  }

  /** Sometimes without a tick: commands may come before the leader has noticed what is due. */
  private void letTimePass(EngineFixture engine) {
    engine.setClock(
        engine.now() + (chance(8) ? random.nextInt(60_000) : random.nextInt(1500) - 200));
    if (!chance(4) && engine.engine().nextTimerDue() <= engine.now()) {
      engine.tick();
      model.tick(engine.now());
    }
  }

  private void compareCounts(EngineFixture engine, String where) {
    for (QueueName queue : QUEUES) {
      assertThat(engine.engine().ask(new Query.GetQueue(queue)))
          .as(where)
          .isEqualTo(model.counts(queue));
    }
    assertThat(engine.engine().ask(new Query.GetStats())).as(where).isEqualTo(model.stats());
  }

  private void compareJobs(EngineFixture engine, List<JobId> ids, String where) {
    for (JobId id : ids) {
      JobView job = engine.find(id);
      assertThat(job == null ? null : inModelWords(job)).as(where).isEqualTo(model.find(id));
    }
  }

  /** Every state listed page by page shows each of its jobs once. */
  private void comparePages(EngineFixture engine, String where) {
    for (JobState state : JobState.values()) {
      var listed = new ArrayList<JobId>();
      int limit = 1 + random.nextInt(7);
      List<JobView> page;
      do {
        Query.Page answer =
            engine.engine().ask(new Query.ListJobs(null, state, limit, listed.size()));
        page = answer.jobs();
        page.forEach(job -> listed.add(job.id()));
        assertThat(answer.total()).as(where).isEqualTo(model.ids(state).size());
      } while (!page.isEmpty());
      assertThat(listed)
          .as("%s pages of %d at %s", state, limit, where)
          .containsExactlyInAnyOrderElementsOf(model.ids(state));
    }
  }

  private List<JobId> everyId() {
    var ids = new ArrayList<JobId>();
    for (long id = 1; id <= model.lastId(); id++) {
      ids.add(new JobId(id));
    }
    return ids;
  }

  private List<JobId> someIds() {
    var ids = new TreeSet<JobId>();
    for (int i = 0; i < 20 && model.lastId() > 0; i++) {
      ids.add(anyJob());
    }
    return List.copyOf(ids);
  }

  private static Reply inModelWords(Reply reply) {
    return switch (reply) {
      case Refused refused -> new Refused(refused.code(), "");
      case Reply.Pushed pushed ->
          new Reply.Pushed(
              pushed.outcomes().stream()
                  .map(
                      outcome ->
                          outcome instanceof Refused refused
                              ? (PushOutcome) new Refused(refused.code(), "")
                              : outcome)
                  .toList());
      case Reply.Acked acked ->
          new Reply.Acked(
              acked.count(),
              acked.failures().stream()
                  .map(f -> new Reply.Failure(f.index(), new Refused(f.refusal().code(), "")))
                  .toList());
      case Reply.Delivered delivered ->
          new Reply.Delivered(delivered.jobs().stream().map(ModelTest::inModelWords).toList());
      case Reply.Removed removed -> new Reply.Removed(removed.count(), removed.more());
      case Reply.Done _, Reply.Begun _ -> reply;
    };
  }

  private static JobView inModelWords(JobView job) {
    return job.error() == null || !job.error().matches("Dependency \\d+ will not complete")
        ? job
        : new JobView(
            job.id(),
            job.queue(),
            job.state(),
            job.options(),
            job.data(),
            job.result(),
            ModelQueue.DEPENDENCY_FAILED,
            job.createdAt(),
            job.runAt(),
            job.startedAt(),
            job.completedAt(),
            job.lastHeartbeat(),
            job.leaseUntil(),
            job.attempts(),
            job.stalls(),
            job.progress(),
            job.progressMessage(),
            job.lease(),
            Omitted.NONE,
            SealedTexts.NONE,
            false);
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private Command command() {
    QueueName queue = QUEUES.get(random.nextInt(QUEUES.size()));
    return switch (random.nextInt(30)) {
      case 0, 1, 2, 3, 4, 5 -> push(queue);
      case 6, 7, 8, 9, 10, 11 -> new Command.PullJobs(queue, 1 + random.nextInt(4), 0);
      case 12, 13, 14, 15 -> acks();
      case 16, 17 -> new Command.FailJob(claim(), "error " + random.nextInt(5));
      case 18 -> new Command.ReportProgress(claim(), random.nextInt(101), chance(2) ? "on" : null);
      case 19 -> new Command.RenewLease(claim());
      case 20 ->
          chance(2) ? new Command.CancelJob(anyJob()) : new Command.UpdateJob(anyJob(), data());
      case 21 -> new Command.ChangePriority(anyJob(), random.nextInt(5) - 2);
      case 22 -> new Command.MoveToDelayed(claim(), random.nextInt(3000));
      case 23 -> new Command.PromoteJob(jobIn(JobState.DELAYED));
      case 24 -> new Command.DiscardJob(chance(2) ? claim() : new Claim(anyJob(), 0));
      case 25 -> new Command.ReleaseJobs(List.of(claim(), claim()));
      case 26 -> new Command.RetryDeadJobs(queue, chance(2) ? jobIn(JobState.FAILED) : null, 3);
      case 27, 28 -> setting(queue);
      default -> rarely(queue);
    };
  }

  private Command setting(QueueName queue) {
    return switch (random.nextInt(5)) {
      case 0 -> new Command.SetPaused(queue, chance(4));
      case 3 -> new Command.SetClock(model.now() + random.nextInt(4_000) - 2_000);
      case 2 -> new Command.ForgetQueue(queue);
      case 1 ->
          new Command.SetRateLimit(
              queue,
              chance(2) ? null : new RateLimit(random.nextInt(20), 1 + random.nextInt(3000)));
      default -> new Command.SetConcurrency(queue, chance(2) ? null : random.nextInt(12));
    };
  }

  private Command rarely(QueueName queue) {
    if (!chance(4)) {
      return push(queue);
    }
    long below = chance(2) ? Long.MAX_VALUE : anyJob().value();
    JobState state = JobState.values()[random.nextInt(6)];
    return switch (random.nextInt(4)) {
      case 0 -> new Command.DrainQueue(queue, below, 5000);
      case 2 ->
          new Command.CleanQueues(
              chance(2) ? "*" : queue.value().substring(0, 1) + "*",
              state,
              random.nextInt(20_000),
              5000,
              ByteString.EMPTY);
      case 1 -> new Command.DrainQueue(PLAIN, Long.MAX_VALUE, 1 + random.nextInt(5));
      default -> new Command.RemoveJobs(queue, state, random.nextInt(20_000), below, 5000);
    };
  }

  private Command push(QueueName queue) {
    var batch = new ArrayList<NewJob>();
    int count = chance(5) ? random.nextInt(12) : 1;
    for (int i = 0; i < count; i++) {
      batch.add(new NewJob(data(), options(queue)));
    }
    return new Command.PushJobs(queue, batch);
  }

  private JobOptions options(QueueName queue) {
    var options = JobOptions.builder();
    if (chance(3)) {
      options.priority(random.nextInt(5) - 2);
    }
    if (chance(5)) {
      options.delayMs(random.nextInt(3000));
    }
    if (chance(8)) {
      options.ttlMs(1 + random.nextInt(10_000));
    }
    if (chance(8)) {
      options.timeoutMs(1 + random.nextInt(5000));
    }
    if (chance(3)) {
      options.maxAttempts(1 + random.nextInt(3));
    }
    if (chance(3)) {
      options.backoffMs(random.nextInt(1000)).fixedBackoff(chance(2));
    }
    if (chance(6)) {
      options.uniqueKey("key" + random.nextInt(20));
    }
    if (chance(6)) {
      options.customId("custom" + random.nextInt(100));
    }
    if (chance(10)) {
      options.debounceId("d" + random.nextInt(5)).debounceTtlMs(random.nextInt(2000));
    }
    if (chance(3) && !queue.equals(PLAIN)) {
      options.groupId("g" + random.nextInt(5)).groupStrict(chance(3));
    }
    if (chance(8) && model.lastId() > 3) {
      options.dependsOn(List.of(anyJob(), jobIn(JobState.WAITING), jobIn(JobState.ACTIVE)));
    }
    return options
        .lifo(chance(6))
        .removeOnComplete(chance(6))
        .removeOnFail(chance(6))
        .stallTimeoutMs(chance(3) ? 1 + random.nextInt(8000) : 0)
        .keepCompletedAgeMs(chance(4) ? 1 + random.nextInt(20_000) : 0)
        .keepCompletedCount(chance(20) ? 1 + random.nextInt(20) : 0)
        .build();
  }

  private Payload data() {
    return Payload.json("{\"n\":" + random.nextInt(1000) + "}");
  }

  private Command acks() {
    var acks = new ArrayList<Command.Ack>();
    for (int i = 0; i <= random.nextInt(4); i++) {
      acks.add(new Command.Ack(claim(), chance(2) ? data() : null));
    }
    return new Command.AckJobs(acks);
  }

  /** Mostly that of the present holder, at times none, now and then a wrong one. */
  private Claim claim() {
    JobId job = chance(8) ? anyJob() : jobIn(JobState.ACTIVE);
    long lease = model.find(job) == null ? 1 : model.lease(job);
    return new Claim(job, chance(3) ? 0 : chance(8) ? lease + 1 - random.nextInt(3) : lease);
  }

  private JobId jobIn(JobState state) {
    List<JobId> ids = model.ids(state);
    return ids.isEmpty() ? anyJob() : ids.get(random.nextInt(ids.size()));
  }

  private JobId anyJob() {
    return new JobId(1 + random.nextLong(Math.max(1, model.lastId())));
  }
}
