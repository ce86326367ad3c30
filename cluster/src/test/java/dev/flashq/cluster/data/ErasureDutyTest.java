package dev.flashq.cluster.data;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Erasure.Counts;
import dev.flashq.statemachine.Erasure.Status;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An erasure from its beginning to its end, on one engine and under leaders that come and go. */
class ErasureDutyTest {
  private static final QueueName MAIL = new QueueName("mail");

  @TempDir Path folder;

  private final VirtualTime lane = new VirtualTime();
  private final VirtualTime reading = new VirtualTime();
  private final List<Command> proposed = new ArrayList<>();
  private boolean leads = true;
  private long sequence;
  private @Nullable RocksEngine engine;
  private Function<Command, @Nullable Reply> fate = _ -> null;

  @BeforeEach
  void start() {
    engine = new RocksEngine(folder.resolve("live"), "n1", 1);
    apply(new Command.RaiseFeatureLevel(FeatureLevel.PRIVACY));
  }

  @AfterEach
  void stop() {
    engine().close();
  }

  private RocksEngine engine() {
    return requireNonNull(engine);
  }

  private Reply apply(Command command) {
    sequence++;
    var submission =
        new Submission(
            Principal.SYSTEM,
            null,
            command,
            new Inspection(engine().dataRules().version(), List.of()));
    ByteString entry =
        EntryCodec.stamp(
            EntryCodec.encode(new EntryHeader("n1", 1, sequence, sequence), List.of(submission)),
            1_000_000 + sequence);
    return engine().apply(1, sequence, entry).replies().getFirst();
  }

  private ErasureDuty leader() {
    return new ErasureDuty(
        () -> engine().ask(new Query.NextErasure()),
        NoKeys.sealing(),
        () -> leads,
        () -> engine().featureLevel(),
        submission -> {
          proposed.add(submission.command());
          Reply instead = fate.apply(submission.command());
          return CompletableFuture.completedFuture(
              instead == null ? apply(submission.command()) : instead);
        },
        lane,
        reading);
  }

  /** Until nothing moves any more. */
  private void look(ErasureDuty duty) {
    duty.look();
    do {
      reading.settle();
      lane.settle();
    } while (reading.pending() + lane.pending() > 0);
  }

  private JobId push(Payload data) {
    Reply reply = apply(new Command.PushJobs(MAIL, List.of(new NewJob(data, JobOptions.DEFAULTS))));
    return ((Reply.PushOutcome.Accepted) ((Reply.Pushed) reply).outcomes().getFirst()).id();
  }

  private void pushMany(int jobs, String data) {
    for (int left = jobs; left > 0; left -= 1000) {
      apply(
          new Command.PushJobs(
              MAIL,
              Collections.nCopies(
                  Math.min(left, 1000), new NewJob(Payload.json(data), JobOptions.DEFAULTS))));
    }
  }

  private String data(JobId job) {
    Payload data = requireNonNull(requireNonNull(engine().ask(new Query.GetJob(job)).job()).data());
    return data.bytes().toStringUtf8();
  }

  private void begin(boolean dryRun) {
    apply(
        new Command.BeginErasure(
            new Erasure.Request(
                "userId",
                ByteString.copyFromUtf8("\"u1\""),
                List.of(
                    new Erasure.Edit("email", ByteString.copyFromUtf8("\"[REDACTED]\"")),
                    new Erasure.Edit("personalData", null)),
                List.of("*"),
                List.of(),
                dryRun)));
  }

  private Erasure erasure() {
    return engine().ask(new Query.ListErasures(Long.MAX_VALUE, 1)).erasures().getFirst();
  }

  @Test
  void whoeverIsMeantIsErasedInAllStatesAndBothEncodings() {
    JobId waiting =
        push(Payload.json("{\"userId\":\"u1\",\"email\":\"a@b\",\"personalData\":{\"x\":1}}"));
    JobId other = push(Payload.json("{\"userId\":\"u2\",\"email\":\"c@d\"}"));
    var packed = new MessagePackWriter();
    packed.beginMap(2);
    packed.key("userId");
    packed.string("u1");
    packed.key("email");
    packed.string("secret@example.com");
    JobId binary =
        push(new Payload(Payload.Encoding.MESSAGE_PACK, ByteString.copyFrom(packed.toByteArray())));
    Reply delivered = apply(new Command.PullJobs(MAIL, 1, 0));
    var job = ((Reply.Delivered) delivered).jobs().getFirst();
    apply(
        new Command.AckJobs(
            List.of(
                new Command.Ack(
                    new Claim(job.id(), job.lease()), Payload.json("{\"email\":\"a@b\"}")))));
    apply(new Command.PullJobs(MAIL, 1, 0));
    begin(false);
    look(leader());

    assertThat(job.id()).isEqualTo(waiting);
    assertThat(data(waiting)).isEqualTo("{\"userId\":\"u1\",\"email\":\"[REDACTED]\"}");
    assertThat(
            requireNonNull(requireNonNull(engine().ask(new Query.GetJob(waiting)).job()).result())
                .bytes()
                .toStringUtf8())
        .isEqualTo("{\"email\":\"[REDACTED]\"}");
    assertThat(data(other)).contains("c@d");
    assertThat(data(binary)).contains("[REDACTED]").doesNotContain("secret");
    assertThat(erasure().status()).isEqualTo(Status.DONE);
    assertThat(erasure().counts()).isEqualTo(new Counts(3, 2, 2, 1, 0, 0));

    proposed.clear();
    begin(false);
    look(leader());
    assertThat(erasure().counts()).as("once is enough").isEqualTo(new Counts(3, 2, 0, 1, 0, 0));
  }

  @Test
  void anotherLeaderGoesOnWhereTheOneBeforeStopped() {
    pushMany(5000, "{\"userId\":\"u1\",\"email\":\"a@b\"}");
    begin(false);
    // The second step is lost with its leader.
    fate =
        _ ->
            proposed.size() == 2
                ? new Reply.Refused(ErrorCode.SERVICE_UNAVAILABLE, "no leader")
                : null;
    ErasureDuty first = leader();
    look(first);
    assertThat(erasure().status()).isEqualTo(Status.RUNNING);
    long next = erasure().next();
    assertThat(next).isBetween(2L, 4999L);
    leads = false;
    look(first);
    assertThat(erasure().next()).isEqualTo(next);
    leads = true;
    look(leader());
    assertThat(erasure().status()).isEqualTo(Status.DONE);
    assertThat(erasure().counts()).isEqualTo(new Counts(5000, 5000, 5000, 0, 0, 0));
    assertThat(proposed)
        .allMatch(
            step -> step instanceof Command.EraseJobs erase && erase.replacements().size() <= 2000);
  }

  @Test
  void aDryRunCountsAndChangesNothing() {
    JobId job = push(Payload.json("{\"userId\":\"u1\",\"email\":\"a@b\"}"));
    begin(true);
    look(leader());
    assertThat(data(job)).contains("a@b");
    assertThat(erasure().counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 0));
  }

  @Test
  void whatIsChangedMeanwhileIsLookedAtAgainAndGivenUpInTheEnd() {
    JobId job = push(Payload.json("{\"userId\":\"u1\",\"email\":\"a@b\"}"));
    begin(false);
    fate =
        command -> {
          // Somebody is always quicker, at first.
          if (proposed.size() < 4) {
            apply(
                new Command.UpdateJob(
                    job,
                    Payload.json("{\"userId\":\"u1\",\"email\":\"" + proposed.size() + "\"}")));
          }
          return null;
        };
    look(leader());
    assertThat(proposed).hasSize(4);
    assertThat(data(job)).isEqualTo("{\"userId\":\"u1\",\"email\":\"[REDACTED]\"}");

    apply(new Command.UpdateJob(job, Payload.json("{\"userId\":\"u1\",\"email\":\"c@d\"}")));
    begin(false);
    proposed.clear();
    fate =
        command -> {
          apply(
              new Command.UpdateJob(
                  job, Payload.json("{\"userId\":\"u1\",\"email\":\"" + proposed.size() + "\"}")));
          return null;
        };
    look(leader());
    assertThat(erasure().status()).isEqualTo(Status.DONE);
    assertThat(erasure().counts()).isEqualTo(new Counts(1, 1, 0, 0, 0, 1));
    assertThat(proposed).hasSize(1 + Limits.ERASURE_ATTEMPTS);
  }

  @Test
  void largeJobsGoInStepsOfTheirOwn() {
    String large = "{\"userId\":\"u1\",\"email\":\"a\",\"x\":\"" + "x".repeat(600_000) + "\"}";
    for (int i = 0; i < 4; i++) {
      push(Payload.json(large));
    }
    begin(false);
    look(leader());
    assertThat(erasure().counts()).isEqualTo(new Counts(4, 4, 4, 0, 0, 0));
    assertThat(proposed).hasSize(4);
  }

  @Test
  void aRequestThatIsNotUnderstoodEnds() {
    push(Payload.json("1"));
    apply(
        new Command.BeginErasure(
            new Erasure.Request(
                "a..b", ByteString.copyFromUtf8("{}"), List.of(), List.of("*"), List.of(), true)));
    look(leader());
    assertThat(erasure().status()).isEqualTo(Status.CANCELLED);
  }
}
