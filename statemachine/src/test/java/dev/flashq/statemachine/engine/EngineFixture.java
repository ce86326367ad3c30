package dev.flashq.statemachine.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One engine on a real database in a temporary folder, with a log and a clock in the test's hands.
 */
public final class EngineFixture implements AutoCloseable {
  static final String NODE = "n1";
  static final long BOOT = 7;

  private final Path folder;
  private final EngineMemory memory;
  private int restores;
  private RocksEngine engine;
  private long clock = 1_700_000_000_000L;
  private long index;
  private long sequence;
  private int rows;
  private int accessChanges;
  private int dataRuleChanges;
  private final List<ByteString> log = new ArrayList<>();
  private final List<JobId> ended = new ArrayList<>();
  private final Map<JobId, JobEnd> ends = new HashMap<>();
  private final List<QueueName> woken = new ArrayList<>();
  private final List<QueueName> changed = new ArrayList<>();

  public EngineFixture(Path folder) {
    this(folder, EngineMemory.DEFAULT);
  }

  EngineFixture(Path folder, EngineMemory memory) {
    this.folder = folder;
    this.memory = memory;
    this.engine = open(folder.resolve("live"));
  }

  private RocksEngine open(Path live) {
    RocksEngine opened = new RocksEngine(live, NODE, BOOT, memory);
    opened.listen(this::hear);
    return opened;
  }

  private void hear(Fact fact) {
    switch (fact) {
      case Fact.QueueReady(QueueName queue) -> woken.add(queue);
      case Fact.JobEnded(JobId job, _, JobEnd end) -> {
        ended.add(job);
        ends.put(job, end);
      }
      case Fact.RulesChanged(QueueName queue) -> changed.add(queue);
      case Fact.AccessChanged _ -> accessChanges++;
      case Fact.DataRulesChanged _ -> dataRuleChanges++;
    }
  }

  public RocksEngine engine() {
    return engine;
  }

  public long now() {
    return clock;
  }

  List<ByteString> log() {
    return log;
  }

  /** What was told of the end of a job. */
  @Nullable JobEnd end(JobId job) {
    return ends.get(job);
  }

  List<JobId> ended() {
    return ended;
  }

  List<QueueName> woken() {
    return woken;
  }

  /** How often it was told that it has changed what is said about data. */
  int dataRuleChanges() {
    return dataRuleChanges;
  }

  /** How often it was told that it has changed who may do what. */
  int accessChanges() {
    return accessChanges;
  }

  List<QueueName> changed() {
    return changed;
  }

  /** Lets time pass and the leader tick as often as something is due. */
  public void advance(Duration time) {
    clock += time.toMillis();
    tick();
  }

  public void tick() {
    while (engine.nextTimerDue() <= clock) {
      tickOnce();
    }
  }

  void tickOnce() {
    QueueEngine.Digest digest = engine.digest();
    apply(Principal.SYSTEM, null, new Command.Tick(digest.index(), digest.value()));
  }

  /** Sets the clock of the next leader, which may be behind. */
  public void setClock(long ms) {
    clock = ms;
  }

  public Reply apply(Command command) {
    return apply(new Principal("tester"), null, command);
  }

  public Reply apply(RequestId id, Command command) {
    return apply(new Principal("tester"), id, command);
  }

  public Reply apply(Principal principal, Command command) {
    return apply(principal, null, command);
  }

  Reply apply(Principal principal, @Nullable RequestId id, Command command) {
    return applyAll(List.of(new Submission(principal, id, command))).getFirst();
  }

  /** Several commands in one entry. */
  public List<Reply> applyTogether(Command... commands) {
    var submissions = new ArrayList<Submission>();
    for (Command command : commands) {
      submissions.add(new Submission(new Principal("tester"), null, command));
    }
    return applyAll(submissions);
  }

  public List<Reply> applyAll(List<Submission> submissions) {
    sequence++;
    return applyBytes(
            EntryCodec.stamp(
                EntryCodec.encode(
                    new EntryHeader(NODE, BOOT, sequence, Math.max(0, sequence - 2)),
                    submissions.stream().map(this::inspected).toList()),
                clock))
        .replies();
  }

  /** As a node proposes it that has found nothing wrong. */
  private Submission inspected(Submission submission) {
    return submission.inspection() == Inspection.NONE && Inspection.isOf(submission.command())
        ? new Submission(
            submission.principal(),
            submission.requestId(),
            submission.command(),
            new Inspection(engine.dataRules().version(), List.of()))
        : submission;
  }

  /** One command as it stands in the log, with its names. */
  Reply applyLogged(LogProto.LogEntry.Builder entry) {
    sequence++;
    return applyBytes(
            entry
                .setFormat(EntryCodec.FORMAT)
                .setNode(NODE)
                .setBoot(BOOT)
                .setSequence(sequence)
                .setSettled(sequence)
                .setProposedAtMs(clock)
                .build()
                .toByteString())
        .replies()
        .getFirst();
  }

  /** Rows that the last entry wrote. */
  int rows() {
    return rows;
  }

  QueueEngine.Outcome applyBytes(ByteString entry) {
    log.add(entry);
    QueueEngine.Outcome outcome = engine.apply(1, ++index, entry);
    rows = outcome.rows();
    assertThat(outcome.replies())
        .noneMatch(
            reply ->
                reply instanceof Reply.Refused refused
                    && refused.code() == ErrorCode.INTERNAL_ERROR);
    return outcome;
  }

  /** Stops without warning and goes on from a checkpoint taken now. */
  public void restart() {
    try {
      Path checkpoint = folder.resolve("checkpoint-" + ++restores);
      engine.checkpoint(checkpoint);
      engine.close();
      engine = open(checkpoint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public QueueFixture queue(String name) {
    return new QueueFixture(this, new QueueName(name));
  }

  public @Nullable JobView find(JobId id) {
    return engine.ask(new Query.GetJob(id)).job();
  }

  public JobView job(JobId id) {
    return requireNonNull(find(id), () -> "no job " + id);
  }

  public @Nullable JobState state(JobId id) {
    JobView job = find(id);
    return job == null ? null : job.state();
  }

  static Reply.Refused refused(Reply reply, ErrorCode code) {
    assertThat(reply).isInstanceOf(Reply.Refused.class);
    assertThat(((Reply.Refused) reply).code()).isEqualTo(code);
    return (Reply.Refused) reply;
  }

  @Override
  public void close() {
    engine.close();
  }

  /** What clients do with one queue. */
  public record QueueFixture(EngineFixture fixture, QueueName name) {
    public JobId push(String data) {
      return push(data, options -> options);
    }

    public JobId push(String data, UnaryOperator<JobOptions.Builder> options) {
      Reply.PushOutcome outcome = tryPush(data, options);
      assertThat(outcome).isInstanceOf(Reply.PushOutcome.Accepted.class);
      return ((Reply.PushOutcome.Accepted) outcome).id();
    }

    public Reply.PushOutcome tryPush(String data, UnaryOperator<JobOptions.Builder> options) {
      Reply reply = fixture.apply(pushCommand(data, options));
      return reply instanceof Reply.Pushed pushed
          ? pushed.outcomes().getFirst()
          : (Reply.Refused) reply;
    }

    public Command.PushJobs pushCommand(String data, UnaryOperator<JobOptions.Builder> options) {
      return new Command.PushJobs(
          name,
          List.of(
              new NewJob(
                  Payload.json('"' + data + '"'), options.apply(JobOptions.builder()).build())));
    }

    public List<JobView> pull(int count) {
      return ((Reply.Delivered) fixture.apply(new Command.PullJobs(name, count, 0))).jobs();
    }

    public @Nullable JobView pull() {
      List<JobView> jobs = pull(1);
      return jobs.isEmpty() ? null : jobs.getFirst();
    }

    public JobView mustPull() {
      return requireNonNull(pull(), "nothing to pull");
    }

    /** Data of the jobs in the order of delivery, until there are none. */
    public List<String> pullAll() {
      var all = new ArrayList<String>();
      for (JobView job = pull(); job != null; job = pull()) {
        all.add(data(job));
      }
      return all;
    }

    public Reply ack(JobView job) {
      return fixture.apply(
          new Command.AckJobs(List.of(new Ack(new Claim(job.id(), job.lease()), null))));
    }

    public Reply ack(JobView job, String result) {
      return fixture.apply(
          new Command.AckJobs(
              List.of(new Ack(new Claim(job.id(), job.lease()), Payload.json(result)))));
    }

    public Reply fail(JobView job, String error) {
      return fixture.apply(new Command.FailJob(new Claim(job.id(), job.lease()), error));
    }

    public void limitRate(long max, Duration duration) {
      fixture.apply(new Command.SetRateLimit(name, new RateLimit(max, duration.toMillis())));
    }

    public Query.QueueView counts() {
      return fixture.engine().ask(new Query.GetQueue(name));
    }

    public static String data(JobView job) {
      String json = requireNonNull(job.data(), "no data").bytes().toStringUtf8();
      return json.substring(1, json.length() - 1);
    }
  }
}
