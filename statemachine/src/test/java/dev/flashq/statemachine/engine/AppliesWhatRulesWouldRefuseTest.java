package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.protocol.log.LogProto.LoggedCommand;
import dev.flashq.protocol.log.LogProto.NewJob;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * An entry in the log was right by the rules of its day. Whatever they were, every replica applies
 * it, comes to an end and goes on.
 */
class AppliesWhatRulesWouldRefuseTest extends WithEngine {
  private static final long[] EXTREMES = {
    0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 53, Limits.DURATION_MS + 1
  };
  private static final LogProto.Payload DATA =
      LogProto.Payload.newBuilder().setBytes(ByteString.copyFromUtf8("\"a\"")).build();
  private int rounds;

  /** An entry with the command as it stands in the log. */
  private Reply apply(Consumer<LoggedCommand.Builder> command) {
    return apply("tester", command);
  }

  private Reply apply(String principal, Consumer<LoggedCommand.Builder> command) {
    var logged = LoggedCommand.newBuilder();
    command.accept(logged);
    return cluster.applyLogged(
        LogProto.LogEntry.newBuilder()
            .addPrincipals(principal)
            .addClients("c".repeat(1000))
            .addCommands(logged));
  }

  private static NewJob.Builder job() {
    return NewJob.newBuilder().setData(DATA);
  }

  private Reply push(String queue, NewJob... jobs) {
    return apply(c -> c.getPushJobsBuilder().setQueue(queue).addAllJobs(List.of(jobs)));
  }

  private LogProto.Claim held() {
    push("q", job().build());
    return LogProto.Claim.newBuilder().setJob(queue.mustPull().id().value()).build();
  }

  /** The queue works as it did. */
  private void goesOn() {
    QueueFixture fresh = cluster.queue("fresh" + ++rounds);
    fresh.push("b");
    assertThat(fresh.ack(fresh.mustPull())).isEqualTo(new Reply.Acked(1, List.of()));
    cluster.restart();
  }

  @Test
  void aBatchOfAnySize() {
    var jobs = Collections.nCopies(5000, job().build());
    Reply.Pushed pushed = (Reply.Pushed) push("q", jobs.toArray(NewJob[]::new));
    assertThat(pushed.outcomes())
        .hasSize(5000)
        .allMatch(Reply.PushOutcome.Accepted.class::isInstance);
    assertThat(queue.pull(1000)).hasSize(1000);
    assertThat(((Reply.Pushed) push("q")).outcomes()).isEmpty();
    goesOn();
  }

  @Test
  void aBatchThatIsTooMuchForAnyEntryIsRefused() {
    int many = Limits.ITEMS_PER_COMMAND;
    var jobs = Collections.nCopies(many + 1, job().build());
    EngineFixture.refused(push("q", jobs.toArray(NewJob[]::new)), ErrorCode.BATCH_TOO_LARGE);
    var ids = LongStream.rangeClosed(1, many).boxed().toList();
    EngineFixture.refused(push("q", job().addAllDependsOn(ids).build()), ErrorCode.BATCH_TOO_LARGE);
    var claim = LogProto.Claim.newBuilder().setJob(1).build();
    EngineFixture.refused(
        apply(c -> c.getReleaseJobsBuilder().addAllClaims(Collections.nCopies(many + 1, claim))),
        ErrorCode.BATCH_TOO_LARGE);
    var ack = LogProto.Ack.newBuilder().setClaim(claim).build();
    EngineFixture.refused(
        apply(c -> c.getAckJobsBuilder().addAllAcks(Collections.nCopies(many + 1, ack))),
        ErrorCode.BATCH_TOO_LARGE);
    goesOn();
  }

  @Test
  void aPullOfAnyCount() {
    push("q", job().build(), job().build());
    for (int count : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertThat(apply(c -> c.getPullJobsBuilder().setQueue("q").setCount(count)))
          .isEqualTo(Reply.Delivered.NONE);
    }
    Reply all = apply(c -> c.getPullJobsBuilder().setQueue("q").setCount(Integer.MAX_VALUE));
    assertThat(((Reply.Delivered) all).jobs()).hasSize(2);
    goesOn();
  }

  @Test
  void aQueueOfAnyName() {
    for (String name : List.of("a b", "\n", "/", "€", "x".repeat(8000), "\u0000")) {
      QueueFixture odd = cluster.queue(name);
      push(name, job().build());
      assertThat(odd.ack(odd.mustPull())).isEqualTo(new Reply.Acked(1, List.of()));
      assertThat(odd.counts().completed()).isEqualTo(1);
    }
    goesOn();
    assertThat(cluster.queue("a b").counts().completed()).isEqualTo(1);
    assertThat(cluster.apply(new Command.ForgetQueue(new QueueName("a b"))))
        .isEqualTo(Reply.Done.DONE);
  }

  @Test
  void optionsOfAnyValue() {
    for (long ms : EXTREMES) {
      push(
          "q",
          job()
              .setPriority((int) ms)
              .setDelayMs(ms)
              .setTtlMs(ms)
              .setDebounceId("d" + ms)
              .setDebounceTtlMs(ms)
              .build(),
          job()
              .setTimeoutMs(ms)
              .setStallTimeoutMs(ms)
              .setMaxAttempts((int) ms)
              .setBackoffMs(ms)
              .setKeepCompletedAgeMs(ms)
              .setKeepCompletedCount(ms)
              .build());
    }
    passThroughEverything();
    goesOn();
  }

  /** Jobs fail, stall, complete, and time passes. */
  private void passThroughEverything() {
    for (int round = 0; round < 20; round++) {
      var jobs = queue.pull(1000);
      for (int i = 0; i < jobs.size(); i++) {
        if ((round + i) % 3 == 0) {
          queue.ack(jobs.get(i), "1");
        } else if ((round + i) % 3 == 1) {
          queue.fail(jobs.get(i), "no");
        }
      }
      cluster.advance(Duration.ofMinutes(20));
    }
  }

  @Test
  void textsOfAnyLength() {
    String key = "k".repeat(8000);
    String text = "é".repeat(100_000);
    var tags = Collections.nCopies(1000, "t".repeat(300));
    NewJob job =
        job()
            .setUniqueKey(key)
            .setCustomId(key)
            .setDebounceId(key)
            .setGroupId(key)
            .addAllTags(tags)
            .setMaxAttempts(2)
            .build();
    push("q", job);
    assertThat(push("q", job)).matches(reply -> ((Reply.Pushed) reply).outcomes().size() == 1);
    var claim = LogProto.Claim.newBuilder().setJob(queue.mustPull().id().value()).build();
    apply(c -> c.getReportProgressBuilder().setClaim(claim).setProgress(-5).setMessage(text));
    assertThat(apply(c -> c.getFailJobBuilder().setClaim(claim).setError(text)))
        .isEqualTo(Reply.Done.DONE);
    assertThat(queue.mustPull().error()).isEqualTo(text);
    goesOn();
  }

  @Test
  void timesOfAnyValue() {
    for (long ms : EXTREMES) {
      var claim = held();
      apply(c -> c.getMoveToDelayedBuilder().setClaim(claim).setDelayMs(ms));
      push("q", job().build());
      queue.pull();
      for (JobState state : JobState.values()) {
        apply(
            c ->
                c.getRemoveJobsBuilder()
                    .setQueue("q")
                    .setState(state.number())
                    .setOlderThanMs(ms)
                    .setBelowJob(ms)
                    .setLimit((int) ms));
      }
      queue.push("a");
      queue.pull();
      apply("system", c -> c.getExtendLeasesBuilder().setLostMs(ms).setGraceMs(ms));
    }
    goesOn();
  }

  @Test
  void aClockOfAnyValue() {
    queue.push("a", o -> o.delayMs(1000).ttlMs(2000));
    queue.push("b", o -> o.timeoutMs(1000));
    queue.pull();
    queue.limitRate(5, Duration.ofSeconds(1));
    for (long ms : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 5}) {
      apply("system", c -> c.getSetClockBuilder().setToMs(ms));
      cluster.setClock(ms);
      queue.tryPush("c", o -> o.debounceId("d").ttlMs(Limits.DURATION_MS).delayMs(5));
      queue.push("d");
      queue.fail(queue.mustPull(), "no");
    }
    goesOn();
  }

  @Test
  void limitsOfAnyValue() {
    var limits = new ArrayList<LogProto.SetRateLimit>();
    for (long max : EXTREMES) {
      for (long ms : EXTREMES) {
        limits.add(
            LogProto.SetRateLimit.newBuilder().setQueue("q").setMax(max).setDurationMs(ms).build());
      }
    }
    for (LogProto.SetRateLimit limit : limits) {
      assertThat(apply(c -> c.setSetRateLimit(limit))).isEqualTo(Reply.Done.DONE);
      push("q", job().build());
      queue.pull(2);
      cluster.engine().deliverable(queue.name(), cluster.now());
    }
    for (int limit : new int[] {-1, Integer.MIN_VALUE, 0, Integer.MAX_VALUE}) {
      apply(c -> c.getSetConcurrencyBuilder().setQueue("q").setLimit(limit));
      queue.pull(2);
      cluster.engine().deliverable(queue.name(), cluster.now());
    }
    goesOn();
  }

  @Test
  void jobsOfAnyNumber() {
    for (long id : EXTREMES) {
      var claim = LogProto.Claim.newBuilder().setJob(id).setLease(id).build();
      push("q", job().addDependsOn(id).build());
      apply(c -> c.getAckJobsBuilder().addAcks(LogProto.Ack.newBuilder().setClaim(claim)));
      apply(c -> c.getFailJobBuilder().setClaim(claim));
      apply(c -> c.getReportProgressBuilder().setClaim(claim));
      apply(c -> c.getRenewLeaseBuilder().setClaim(claim));
      apply(c -> c.getMoveToDelayedBuilder().setClaim(claim));
      apply(c -> c.getDiscardJobBuilder().setClaim(claim));
      apply(c -> c.getReleaseJobsBuilder().addClaims(claim));
      apply(c -> c.getCancelJobBuilder().setJob(id));
      apply(c -> c.getUpdateJobBuilder().setJob(id));
      apply(c -> c.getChangePriorityBuilder().setJob(id).setPriority(Integer.MIN_VALUE));
      apply(c -> c.getPromoteJobBuilder().setJob(id));
      apply(c -> c.getRetryDeadJobsBuilder().setQueue("q").setJob(id));
    }
    goesOn();
  }

  @Test
  void aRemovalFromAnyPlaceOn() {
    push("q", job().build(), job().setGroupId("g").build(), job().setGroupId("g").build());
    ByteString inQueue = ByteString.copyFrom(new byte[] {0, 1, 'q'});
    for (byte first : new byte[] {0, 1, 2, 100, -1, -128}) {
      for (int length : new int[] {1, 2, 9, 17, 40}) {
        byte[] from = new byte[length];
        java.util.Arrays.fill(from, (byte) 0xff);
        from[0] = first;
        var place = ByteString.copyFrom(from);
        apply(c -> c.getDrainQueueBuilder().setQueue("q").setFrom(place));
        apply(c -> c.getRetryDeadJobsBuilder().setQueue("q").setFrom(place));
        apply(c -> c.getRemoveJobsBuilder().setQueue("q").setFrom(place));
        var clean = LogProto.CleanQueues.newBuilder().setQueues("*").setOlderThanMs(1000);
        apply(c -> c.setCleanQueues(clean.setFrom(place)));
        apply(c -> c.setCleanQueues(clean.setFrom(inQueue.concat(place))));
      }
    }
    assertThat(apply(c -> c.getDrainQueueBuilder().setQueue("q").setBelowJob(9).setLimit(-1)))
        .matches(reply -> ((Reply.Removed) reply).count() == 1);
    goesOn();
  }

  @Test
  void aRequestOfAnyNumber() {
    for (long sequence : EXTREMES) {
      for (long settled : EXTREMES) {
        apply(
            c -> {
              c.setClient(1).setClientSequence(sequence).setClientSettled(settled);
              c.getSetPausedBuilder().setQueue("q").setPaused(false);
            });
      }
    }
    goesOn();
  }
}
