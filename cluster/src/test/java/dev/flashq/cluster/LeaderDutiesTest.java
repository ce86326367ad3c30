package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.replica.Checkpoints;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a leader proposes by itself, with a real state and a log and a time in the test's hands. */
class LeaderDutiesTest {
  private static final QueueName QUEUE = new QueueName("mail");
  private static final long BEGIN = 1_700_000_000_000L;

  @TempDir Path folder;
  private final VirtualTime time = new VirtualTime();
  private final List<Command> proposed = new ArrayList<>();
  private Replica replica = none();
  private LeaderDuties duties = none();
  private int common;
  private long index;

  /** Milliseconds until a proposal is committed. */
  private long logMs;

  private boolean unavailable;

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // Set before each test.
  private static <T> T none() {
    return null;
  }

  @BeforeEach
  void begin() throws IOException {
    replica =
        new Replica(
            folder.resolve("live"),
            new Checkpoints(folder.resolve("sm"), folder.resolve("tmp")),
            RocksEngine::new,
            "n1",
            1);
    replica.restore();
    duties = new LeaderDuties(replica, this::propose, time, this::clock, () -> common);
  }

  @AfterEach
  void end() {
    replica.close();
  }

  private long clock() {
    return BEGIN + time.now();
  }

  private CompletableFuture<Reply> propose(Submission submission) {
    proposed.add(submission.command());
    var reply = new CompletableFuture<Reply>();
    if (unavailable) {
      reply.complete(new Reply.Refused(ErrorCode.SERVICE_UNAVAILABLE, "no leader"));
    } else {
      long stamp = clock();
      time.after(logMs, () -> reply.complete(apply(submission, stamp)));
    }
    return reply;
  }

  private Reply apply(Submission submission, long stamp) {
    index++;
    var entry =
        EntryCodec.stamp(
            EntryCodec.encode(new EntryHeader("n1", 1, index, index), List.of(submission)), stamp);
    Reply reply = replica.apply(1, index, entry).replies().getFirst();
    duties.timersChanged();
    return reply;
  }

  private Reply apply(Command command) {
    return apply(new Submission(new Principal("tester"), null, command), clock());
  }

  private void push(JobOptions.Builder options) {
    apply(new Command.PushJobs(QUEUE, List.of(new NewJob(Payload.json("1"), options.build()))));
  }

  private void pull() {
    apply(new Command.PullJobs(QUEUE, 1, 0));
  }

  private @Nullable JobState state(long job) {
    JobView view = replica.ask(Principal.SYSTEM, new Query.GetJob(new JobId(job))).job();
    return view == null ? null : view.state();
  }

  private List<String> kinds() {
    return proposed.stream().map(command -> command.getClass().getSimpleName()).toList();
  }

  @Test
  void proposesNothingWhileNothingIsDue() {
    push(JobOptions.builder());
    duties.lead(0);
    time.pass(60_000);

    assertThat(proposed).isEmpty();
  }

  @Test
  void ticksWhenADelayEndsAndNotBefore() {
    duties.lead(0);
    push(JobOptions.builder().delayMs(5_000));
    time.pass(4_999);
    assertThat(proposed).isEmpty();

    time.pass(1);
    assertThat(kinds()).containsExactly("Tick");
    assertThat(state(1)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aFollowerNeverTicks() {
    push(JobOptions.builder().delayMs(100));
    time.pass(1_000);
    assertThat(proposed).isEmpty();

    duties.lead(0);
    duties.leadNoMore();
    time.pass(1_000);
    assertThat(proposed).isEmpty();
  }

  @Test
  void hasOneProposalOnItsWay() {
    logMs = 400;
    push(JobOptions.builder().delayMs(10));
    push(JobOptions.builder().delayMs(20));
    duties.lead(0);
    time.pass(300);
    assertThat(proposed).hasSize(1);

    time.pass(2_000);
    assertThat(proposed).hasSize(2);
    assertThat(state(2)).isEqualTo(JobState.WAITING);
  }

  @Test
  void proposesAgainWhatWasRefused() {
    unavailable = true;
    push(JobOptions.builder().delayMs(10));
    duties.lead(0);
    time.pass(200);
    assertThat(proposed.size()).isBetween(5, 12);

    unavailable = false;
    time.pass(50);
    assertThat(state(1)).isEqualTo(JobState.WAITING);
  }

  @Test
  void raisesTheLevelWhenAllMembersCanFollow() {
    duties.lead(0);
    duties.membersHeard();
    time.settle();
    assertThat(proposed).isEmpty();

    common = 1;
    duties.membersHeard();
    time.settle();
    duties.membersHeard();
    time.settle();

    assertThat(proposed).containsExactly(new Command.RaiseFeatureLevel(1));
    assertThat(replica.featureLevel()).isEqualTo(1);
  }

  /** A worker with a lease of 3 s that could not renew it for 6 s must not lose it. */
  @Test
  void theTimeWithoutALeaderDoesNotCountAgainstALease() {
    reachLevelOne();
    push(JobOptions.builder().stallTimeoutMs(3_000));
    pull();
    time.pass(6_000);

    duties.lead(6_000);
    time.pass(2_900);
    assertThat(state(1)).isEqualTo(JobState.ACTIVE);

    time.pass(200);
    assertThat(state(1)).isEqualTo(JobState.WAITING);
    assertThat(kinds()).startsWith("RaiseFeatureLevel", "ExtendLeases");
  }

  /** Leaders that follow each other quickly do not keep a lost worker's lease for ever. */
  @Test
  void theGraceOfManyLeadersIsNotAddedUp() {
    reachLevelOne();
    push(JobOptions.builder().stallTimeoutMs(1_000));
    pull();
    for (int i = 0; i < 20; i++) {
      duties.lead(50);
      time.pass(50);
      duties.leadNoMore();
    }

    duties.lead(0);
    time.pass(LeaderDuties.GRACE_MS + 10);
    assertThat(state(1)).isEqualTo(JobState.WAITING);
  }

  @Test
  void noLeaseEndsBeforeItIsMadeUpFor() {
    reachLevelOne();
    push(JobOptions.builder().stallTimeoutMs(3_000));
    pull();
    time.pass(6_000);
    unavailable = true;
    duties.lead(6_000);
    time.pass(1_000);
    assertThat(kinds()).doesNotContain("Tick");

    unavailable = false;
    time.pass(100);
    assertThat(state(1)).isEqualTo(JobState.ACTIVE);
  }

  /** What an older cluster could not give is not given later, for nobody knows to whom. */
  @Test
  void whatWasLostBeforeTheLevelIsNotMadeUpForBehindIt() {
    duties.lead(1_000_000);
    time.settle();
    push(JobOptions.builder().stallTimeoutMs(1_000));
    pull();
    common = 1;
    duties.membersHeard();
    time.pass(3_100);

    assertThat(state(1)).isEqualTo(JobState.WAITING);
  }

  @Test
  void olderMembersAreNotSentWhatTheyDoNotKnow() {
    push(JobOptions.builder().stallTimeoutMs(3_000));
    pull();
    duties.lead(6_000);
    time.pass(5_000);

    assertThat(kinds()).containsExactly("Tick");
  }

  /** The log stood still, and with it the signs of life of all workers. */
  @Test
  void aProposalThatTookLongIsMadeUpFor() {
    reachLevelOne();
    push(JobOptions.builder().stallTimeoutMs(3_000));
    pull();
    push(JobOptions.builder().delayMs(1_000));
    duties.lead(0);
    time.pass(900);
    logMs = 4_000;
    time.pass(200);
    logMs = 0;
    time.pass(4_000);

    assertThat(state(2)).isEqualTo(JobState.WAITING);
    assertThat(state(1)).isEqualTo(JobState.ACTIVE);
    assertThat(kinds()).contains("ExtendLeases");
  }

  @Test
  void aNodeThatStoodStillMakesUpForIt() {
    reachLevelOne();
    push(JobOptions.builder().stallTimeoutMs(3_000));
    pull();
    duties.lead(0);
    time.pass(2_000);

    int before = proposed.size();
    duties.stalled(LeaderDuties.STALL_MS - 1);
    time.settle();
    assertThat(proposed).hasSize(before);

    duties.stalled(2_500);
    time.settle();
    assertThat(proposed).endsWith(new Command.ExtendLeases(2_500, LeaderDuties.GRACE_MS));
    time.pass(3_400);
    assertThat(state(1)).isEqualTo(JobState.ACTIVE);
    time.pass(200);
    assertThat(state(1)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aTimeoutIsMadeUpForLikeALease() {
    reachLevelOne();
    push(JobOptions.builder().timeoutMs(2_000));
    pull();
    time.pass(5_000);
    duties.lead(5_000);
    time.pass(1_900);
    assertThat(state(1)).isEqualTo(JobState.ACTIVE);

    time.pass(200);
    JobView view = replica.ask(Principal.SYSTEM, new Query.GetJob(new JobId(1))).job();
    assertThat(Objects.requireNonNull(view).error()).isEqualTo("Job timed out");
  }

  private void reachLevelOne() {
    common = 1;
    duties.lead(0);
    time.settle();
    duties.leadNoMore();
  }
}
