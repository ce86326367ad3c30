package dev.flashq.statemachine.engine;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A stream of log entries with every command and option, all from one seed. */
final class RandomCommands {
  private static final String[] QUEUES = {"mail", "pay:eu", "ai.resize", "é中"};
  private static final String[] NODES = {"n1", "n2", "n3"};

  private final Random random;
  private final long boot;
  private final long[] sequences = new long[NODES.length];
  private final List<ByteString> sent = new ArrayList<>();
  private final Deque<Submission> first = new ArrayDeque<>();
  private @Nullable RandomRules rules;
  private long clock;
  private long jobs;
  private long requests;

  RandomCommands(long seed) {
    this(seed, 7, 1_700_000_000_000L);
  }

  /**
   * @param boot number of the start of all nodes
   * @param clock of the leader, Unix ms
   */
  RandomCommands(long seed, long boot, long clock) {
    this.random = new Random(seed);
    this.boot = boot;
    this.clock = clock;
  }

  /** The same among commands that change who may do what, how much, and what is recorded. */
  static RandomCommands guarded(long seed) {
    var commands = new RandomCommands(seed);
    commands.rules = new RandomRules(new Random(seed));
    commands.first.addAll(RandomRules.begin());
    return commands;
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  /** The next entry; now and then an old one again, as after a lost leader. */
  ByteString nextEntry(RocksEngine engine) {
    if (!sent.isEmpty() && chance(40)) {
      return sent.get(sent.size() - 1 - random.nextInt(Math.min(3, sent.size())));
    }
    clock += chance(10) ? random.nextInt(20_000) : random.nextInt(20) - 3;
    var submissions = new ArrayList<Submission>();
    if (!first.isEmpty()) {
      return entry(List.of(first.remove()));
    }
    if (engine.nextTimerDue() <= clock) {
      submissions.add(
          new Submission(
              Principal.SYSTEM,
              null,
              new Command.Tick(engine.digest().index(), engine.digest().value())));
    }
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      submissions.add(submission(engine));
    }
    return entry(submissions);
  }

  /** As a node says it that has found nothing wrong. */
  private static Inspection inspection(RocksEngine engine) {
    return new Inspection(engine.dataRules().version(), List.of());
  }

  private Submission submission(RocksEngine engine) {
    RandomRules changing = rules;
    if (changing == null) {
      return new Submission(
          new Principal("p" + random.nextInt(3)), requestId(), command(), inspection(engine));
    }
    if (chance(4)) {
      return changing.next(engine, clock);
    }
    // Commands that members give without saying who they are.
    Command command = command();
    boolean ofMember =
        command instanceof Command.ReleaseJobs || command instanceof Command.RaiseFeatureLevel;
    Principal who = ofMember ? Principal.SYSTEM : changing.client(engine);
    return new Submission(who, requestId(), command, anyInspection(engine));
  }

  /** Now and then by other rules than those that hold, or with something found wrong. */
  private Inspection anyInspection(RocksEngine engine) {
    long version = engine.dataRules().version();
    List<Inspection.Flaw> flaws =
        chance(8) ? List.of(new Inspection.Flaw(random.nextInt(2), "wrong")) : List.of();
    return new Inspection(chance(12) ? Math.max(0, version - 1) : version, flaws);
  }

  private ByteString entry(List<Submission> submissions) {
    int node = random.nextInt(NODES.length);
    long sequence = ++sequences[node];
    ByteString entry =
        EntryCodec.stamp(
            EntryCodec.encode(
                new EntryHeader(NODES[node], boot, sequence, Math.max(0, sequence - 4)),
                submissions),
            clock);
    sent.add(entry);
    return entry;
  }

  private @Nullable RequestId requestId() {
    if (chance(2)) {
      return null;
    }
    long sequence = chance(5) ? Math.max(0, requests - random.nextInt(10)) : ++requests;
    return new RequestId(
        "client-" + random.nextInt(3), sequence, Math.max(0, sequence - random.nextInt(20)));
  }

  private Command command() {
    QueueName queue = new QueueName(QUEUES[random.nextInt(QUEUES.length)]);
    return switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4, 5, 6 -> push(queue);
      case 7, 8, 9, 10 -> new Command.PullJobs(queue, 1 + random.nextInt(5), 0);
      case 11, 12 -> acks();
      case 13 -> new Command.FailJob(claim(), "error " + random.nextInt(5));
      case 14 ->
          chance(2)
              ? new Command.RenewLease(claim())
              : new Command.ReportProgress(claim(), 50, "half");
      case 15 -> new Command.CancelJob(job());
      case 16 -> new Command.UpdateJob(job(), data());
      case 17 -> new Command.ChangePriority(job(), random.nextInt(5));
      case 18 ->
          chance(2)
              ? new Command.MoveToDelayed(claim(), random.nextInt(9000))
              : new Command.PromoteJob(job());
      case 19 ->
          chance(2)
              ? new Command.DiscardJob(claim())
              : new Command.ReleaseJobs(List.of(claim(), claim()));
      case 20 -> setting(queue);
      case 21 -> new Command.RetryDeadJobs(queue, chance(2) ? job() : null, 1 + random.nextInt(10));
      case 22 ->
          chance(4)
              ? new Command.DrainQueue(queue, Long.MAX_VALUE, 1 + random.nextInt(10))
              : push(queue);
      default ->
          new Command.RemoveJobs(
              queue,
              JobState.values()[random.nextInt(6)],
              random.nextInt(50_000),
              Long.MAX_VALUE,
              1 + random.nextInt(4));
    };
  }

  private Command setting(QueueName queue) {
    return switch (random.nextInt(6)) {
      case 0 -> new Command.SetPaused(queue, chance(4));
      case 4 -> new Command.SetClock(clock + random.nextInt(10_000) - 5_000);
      case 3 -> new Command.ForgetQueue(queue);
      case 1 ->
          new Command.SetRateLimit(
              queue, chance(2) ? null : new RateLimit(1 + random.nextInt(50), 1000));
      case 2 -> new Command.SetConcurrency(queue, chance(2) ? null : random.nextInt(20));
      default -> new Command.RaiseFeatureLevel(random.nextInt(3));
    };
  }

  private Command push(QueueName queue) {
    var batch = new ArrayList<NewJob>();
    int count = chance(5) ? random.nextInt(20) : 1;
    for (int i = 0; i < count; i++) {
      batch.add(new NewJob(data(), options()));
      jobs++;
    }
    return new Command.PushJobs(queue, batch);
  }

  private JobOptions options() {
    var options = JobOptions.builder();
    for (PushOption option : PushOption.ALL) {
      // Whom a job is about has a key, or nothing comes of the push.
      if (chance(6) && option != PushOption.SUBJECT) {
        options.set(option, value(option));
      }
    }
    return options.build();
  }

  private Object value(PushOption option) {
    return switch (option.kind()) {
      case INT32 -> option == PushOption.PRIORITY ? random.nextLong(5) - 2 : random.nextLong(4);
      case INT64 -> random.nextLong(6);
      case MILLIS -> random.nextLong(10_000);
      case FLAG -> true;
      case TEXT, TEXT_OR_NUMBER -> option.wireName() + random.nextInt(20);
      case TEXTS -> List.of("a", "é");
      case IDS -> jobs > 3 ? List.of(job(), job()) : List.of();
    };
  }

  private Payload data() {
    return Payload.json("{\"n\":" + random.nextInt(1000) + "}");
  }

  private Command acks() {
    var acks = new ArrayList<Command.Ack>();
    for (int i = 0; i <= random.nextInt(6); i++) {
      acks.add(new Command.Ack(claim(), chance(2) ? data() : null));
    }
    return new Command.AckJobs(acks);
  }

  /** Mostly a recent job: those are the ones that are active. */
  private JobId job() {
    long back =
        chance(3)
            ? random.nextLong(Math.max(1, jobs))
            : random.nextLong(Math.max(1, Math.min(jobs, 60)));
    return new JobId(Math.max(1, jobs - back));
  }

  private Claim claim() {
    return new Claim(job(), chance(3) ? 1 + random.nextInt(2) : 0);
  }
}
