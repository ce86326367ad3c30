package dev.flashq.cluster.propose;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ProposerTest {
  private static final Submission TICK =
      new Submission(Principal.SYSTEM, null, new Command.Tick(0, 0));

  private final VirtualTime time = new VirtualTime();
  private final FakeLog log = new FakeLog();
  private final List<Reply> unwanted = new CopyOnWriteArrayList<>();
  private final Proposer proposer =
      new Proposer("n1", 7, log, new ProposalLimits(2, 100, 10_000_000), time, unwanted::add);

  /** Takes entries and answers when the test says so. */
  private static final class FakeLog implements ReplicatedLog {
    private final List<ByteString> sent = new ArrayList<>();
    private final List<CompletableFuture<Void>> ends = new ArrayList<>();
    private boolean leader = true;

    @Override
    public boolean hasLeader() {
      return leader;
    }

    @Override
    public boolean leads() {
      return false;
    }

    @Override
    public long committed() {
      return -1;
    }

    @Override
    public CompletableFuture<Void> append(ByteString entry) {
      var end = new CompletableFuture<Void>();
      ends.add(end);
      sent.add(entry);
      return end;
    }

    @Override
    public CompletableFuture<Long> readIndex() {
      throw new UnsupportedOperationException();
    }
  }

  private Entry entry(int attempt) {
    time.settle();
    return EntryCodec.decode(log.sent.get(attempt));
  }

  private void fail(int attempt, RuntimeException failure) {
    time.settle();
    log.ends.get(attempt).completeExceptionally(failure);
    time.settle();
  }

  @Test
  void answersWhenThisNodeHasApplied() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry entry = entry(0);
    assertThat(reply).isNotDone();

    apply(entry);

    assertThat(reply).isCompletedWithValue(Reply.Done.DONE);
    assertThat(entry.header().node()).isEqualTo("n1");
    assertThat(entry.header().boot()).isEqualTo(7);
    assertThat(entry.header().sequence()).isEqualTo(1);
    assertThat(proposer.pending()).isZero();
  }

  @Test
  void fillsTheNextEntryWhileOneIsOnItsWay() {
    proposer.submit(TICK);
    entry(0);
    for (int i = 0; i < 50; i++) {
      proposer.submit(TICK);
    }
    time.settle();
    assertThat(log.sent).hasSize(1);
    apply(entry(0));

    Entry next = entry(1);
    assertThat(next.submissions()).hasSize(50);
    assertThat(next.header().settled()).isEqualTo(2);
  }

  @Test
  void sendsAnEntryBesideOthersWhenItIsWorthIt() {
    proposer.submit(TICK);
    entry(0);
    submitTicks(Proposer.WORTH_COMMANDS - 1);
    time.settle();
    assertThat(log.sent).hasSize(1);
    proposer.submit(TICK);
    assertThat(entry(1).submissions()).hasSize(Proposer.WORTH_COMMANDS);
    apply(entry(0));

    int bytes = 20_000;
    for (int i = 0; i * bytes < Proposer.WORTH_BYTES; i++) {
      proposer.submit(push("q", bytes));
    }
    assertThat(entry(2).submissions()).hasSize(4);
    assertThat(entry(2).header().settled()).isEqualTo(2);
  }

  private void submitTicks(int count) {
    for (int i = 0; i < count; i++) {
      proposer.submit(TICK);
    }
  }

  @Test
  void sendsTheSameEntryAgainWhenAnAttemptFails() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry first = entry(0);
    fail(0, new IllegalStateException("connection lost"));
    time.pass(20);

    Entry second = entry(1);
    assertThat(second.header()).isEqualTo(first.header());
    apply(second);
    assertThat(reply).isCompletedWithValue(Reply.Done.DONE);
  }

  @Test
  void sendsAgainAtOnceToANewLeader() {
    proposer.submit(TICK);
    Entry first = entry(0);

    proposer.leaderChanged();

    assertThat(entry(1).header()).isEqualTo(first.header());
  }

  @Test
  void refusesWhatWasNeverSent() {
    log.leader = false;
    CompletableFuture<Reply> reply = proposer.submit(TICK);

    time.pass(Limits.COMMIT_WAIT_MS);

    assertRefused(reply, SERVICE_UNAVAILABLE);
  }

  @Test
  void refusesWhatCertainlyDidNotEnterTheLog() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    fail(0, new NotSentException("connection refused"));
    log.leader = false;

    time.pass(Limits.COMMIT_WAIT_MS);

    assertRefused(reply, SERVICE_UNAVAILABLE);
  }

  /** The way in which a failure arrives when it comes over the network. */
  @Test
  void knowsAWrappedRefusalOfTheLog() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    fail(0, new CompletionException(new NotSentException("connection refused")));
    log.leader = false;

    time.pass(Limits.COMMIT_WAIT_MS);

    assertRefused(reply, SERVICE_UNAVAILABLE);
  }

  @Test
  void anEarlierAttemptWhoseEndIsNotKnownMayStillBeInTheLog() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    entry(0);
    proposer.leaderChanged();
    fail(1, new NotSentException("connection refused"));
    log.leader = false;

    time.pass(Limits.COMMIT_WAIT_MS);

    assertRefused(reply, OUTCOME_UNKNOWN);
  }

  /** Who was told that a command has no effect must not see it take effect with the others. */
  @Test
  void anEntryIsNotSentAnyMoreWhenOneOfItsCommandsWasSaidToHaveNoEffect() {
    CompletableFuture<Reply> first = proposer.submit(command(1));
    time.pass(1);
    log.leader = false;
    time.pass(100);
    CompletableFuture<Reply> second = proposer.submit(command(2));
    log.ends.getFirst().completeExceptionally(new NotSentException("connection refused"));
    time.pass(Limits.COMMIT_WAIT_MS - 101);
    assertRefused(first, SERVICE_UNAVAILABLE);

    log.leader = true;
    proposer.leaderChanged();
    time.settle();

    assertThat(second).isNotDone();
    assertThat(entry(1).submissions()).containsExactly(command(2));
    assertThat(log.sent).hasSize(2);
  }

  /** Both in one entry, which comes back, and goes again without the one that has ended. */
  @Test
  void theOthersOfAnEntryGoOnWithoutTheOneThatRanOutOfTime() {
    log.leader = false;
    CompletableFuture<Reply> first = proposer.submit(command(1));
    time.pass(200);
    CompletableFuture<Reply> second = proposer.submit(command(2));
    log.leader = true;
    proposer.leaderChanged();
    fail(0, new NotSentException("connection refused"));
    log.leader = false;
    time.pass(Limits.COMMIT_WAIT_MS - 200);
    assertRefused(first, SERVICE_UNAVAILABLE);

    log.leader = true;
    proposer.leaderChanged();
    time.settle();

    Entry again = entry(log.sent.size() - 1);
    assertThat(again.submissions()).containsExactly(command(2));
    apply(again);
    assertThat(second).isCompletedWithValue(Reply.Done.DONE);
  }

  @Test
  void proposesAgainWhatWasTooMuchForOneEntry() {
    log.leader = false;
    CompletableFuture<Reply> first = proposer.submit(command(1));
    CompletableFuture<Reply> second = proposer.submit(command(2));
    CompletableFuture<Reply> third = proposer.submit(command(3));
    log.leader = true;
    proposer.leaderChanged();
    Entry entry = entry(0);
    proposer.submit(command(4));

    proposer.applied(
        new Outcome("n1", 7, entry.header().sequence(), 1, true, List.of(Reply.Done.DONE)));

    assertThat(first).isCompletedWithValue(Reply.Done.DONE);
    assertThat(second).isNotDone();
    time.settle();
    Entry rest = entry(log.sent.size() - 1);
    assertThat(rest.submissions()).startsWith(command(2), command(3));
    apply(rest);
    assertThat(second).isCompletedWithValue(Reply.Done.DONE);
    assertThat(third).isCompletedWithValue(Reply.Done.DONE);
  }

  /** Sixty pulls of heavy jobs in one entry must not come before others in each that follows. */
  @Test
  void sendsWhatTookTooMuchWorkBesideOthers() {
    log.leader = false;
    proposer.submit(pull(1000));
    proposer.submit(pull(1001));
    proposer.submit(pull(1002));
    CompletableFuture<Reply> push = proposer.submit(push("q", 1));
    log.leader = true;
    proposer.leaderChanged();

    proposer.applied(
        new Outcome("n1", 7, entry(0).header().sequence(), 1, true, List.of(Reply.Done.DONE)));
    time.settle();

    assertThat(entry(1).submissions()).containsExactly(pull(1001), pull(1002));
    assertThat(entry(2).submissions()).containsExactly(push("q", 1));
    proposer.submit(pull(1003));
    proposer.submit(push("r", 1));
    apply(entry(2));
    assertThat(push).isDone();
    assertThat(entry(3).submissions()).containsExactly(push("r", 1));
    apply(entry(3));
    log.ends.get(1).complete(null);
    apply(entry(1));
    assertThat(entry(4).submissions()).containsExactly(pull(1003));
  }

  /** A pull that is an entry by itself leaves nothing over, however much work it is. */
  @Test
  void sendsWhatMayBeMuchWorkOneAfterTheOtherWhenEntriesAreSlow() {
    proposer.submit(TICK);
    entry(0);
    time.pass(300);
    apply(entry(0));

    proposer.submit(pull(10));
    assertThat(entry(1).submissions()).containsExactly(pull(10));
    proposer.submit(pull(11));
    proposer.submit(push("q", 1));
    assertThat(entry(2).submissions()).containsExactly(push("q", 1));

    log.ends.get(1).complete(null);
    apply(entry(1));
    assertThat(entry(3).submissions()).containsExactly(pull(11));
  }

  /** Otherwise the log fills with work whose senders have gone, and nobody is served in time. */
  @Test
  void sendsNoMoreWhileTheLogHasNotComeToWhatItHas() {
    proposer.submit(TICK);
    entry(0);
    submitTicks(Proposer.WORTH_COMMANDS);
    entry(1);
    time.pass(Limits.COMMIT_WAIT_MS + 1);
    CompletableFuture<Reply> later = proposer.submit(TICK);
    time.settle();
    assertThat(log.sent).hasSize(2);
    assertThat(proposer.pending()).isEqualTo(1);

    log.ends.getFirst().complete(null);
    apply(entry(2));
    assertThat(later).isCompletedWithValue(Reply.Done.DONE);
  }

  private static Submission pull(int count) {
    return new Submission(
        Principal.SYSTEM, null, new Command.PullJobs(new QueueName("q"), count, 0));
  }

  private static Submission push(String queue, int bytes) {
    Payload data = Payload.json('"' + "x".repeat(bytes) + '"');
    return new Submission(
        Principal.SYSTEM,
        null,
        new Command.PushJobs(new QueueName(queue), List.of(new NewJob(data, JobOptions.DEFAULTS))));
  }

  @Test
  void sendsOneLargeCommandAtATimeAndSmallOnesBesideIt() {
    proposer.submit(push("large", 2_000_000));
    proposer.submit(push("large", 2_000_001));
    proposer.submit(TICK);

    assertThat(entry(0).submissions()).extracting(Submission::command).isNotEqualTo(TICK.command());
    assertThat(entry(1).submissions()).containsExactly(TICK);
    assertThat(log.sent).hasSize(2);

    apply(entry(1));
    proposer.submit(TICK);
    assertThat(entry(2).submissions()).containsExactly(TICK);

    log.ends.getFirst().complete(null);
    apply(entry(0));
    assertThat(entry(3).submissions().getFirst().command()).isInstanceOf(Command.PushJobs.class);
  }

  @Test
  void keepsTheOrderOfPushesToOneQueue() {
    proposer.submit(push("other", 2_000_000));
    proposer.submit(push("q", 2_000_000));
    proposer.submit(push("q", 1));
    proposer.submit(push("r", 1));

    assertThat(entry(1).submissions()).containsExactly(push("r", 1));
    log.ends.getFirst().complete(null);
    apply(entry(0));
    apply(entry(1));
    assertThat(entry(2).submissions()).containsExactly(push("q", 2_000_000));
    log.ends.get(2).complete(null);
    apply(entry(2));
    assertThat(entry(3).submissions()).containsExactly(push("q", 1));
  }

  @Test
  void refusesALargeCommandThatDoesNotGetItsTurnInTime() {
    proposer.submit(push("a", 2_000_000));
    CompletableFuture<Reply> second = proposer.submit(push("b", 2_000_000));
    entry(0);
    time.pass(Limits.COMMIT_WAIT_MS);
    assertRefused(second, SERVICE_UNAVAILABLE);
  }

  @Test
  void nothingRunsWhileNothingIsToDo() {
    proposer.submit(TICK);
    apply(entry(0));
    time.pass(Limits.COMMIT_WAIT_MS);

    assertThat(time.pending()).isZero();
  }

  private static Submission command(int number) {
    return new Submission(Principal.ANONYMOUS, null, new Command.CancelJob(new JobId(number)));
  }

  @Test
  void saysWhenTheOutcomeIsUnknownAndNeverSendsThatEntryAgain() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    fail(0, new IllegalStateException("connection lost"));
    log.leader = false;
    time.pass(Limits.COMMIT_WAIT_MS);
    assertRefused(reply, OUTCOME_UNKNOWN);

    log.leader = true;
    proposer.leaderChanged();
    proposer.submit(TICK);
    time.settle();

    assertThat(log.sent).hasSize(2);
    Entry next = entry(1);
    assertThat(next.header().sequence()).isEqualTo(2);
    assertThat(next.header().settled()).isEqualTo(2);
  }

  @Test
  void handsLateRepliesToNobody() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry entry = entry(0);
    time.pass(Limits.COMMIT_WAIT_MS);
    assertRefused(reply, OUTCOME_UNKNOWN);

    apply(entry);

    assertThat(unwanted).containsExactly(Reply.Done.DONE);
  }

  @Test
  void doesNotKnowTheRepliesOfAnEntryThatCameInsideACheckpoint() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry entry = entry(0);

    proposer.applied(new Outcome("n1", 7, entry.header().sequence(), 1, false, List.of()));

    assertRefused(reply, OUTCOME_UNKNOWN);
  }

  @Test
  void ignoresEntriesOfOthersAndOfEarlierStarts() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    entry(0);

    proposer.applied(new Outcome("n2", 7, 1, 1, true, List.of()));
    proposer.applied(new Outcome("n1", 6, 1, 1, true, List.of(Reply.Done.DONE)));

    assertThat(reply).isNotDone();
  }

  @Test
  void holdsALimitedNumberOfCommands() {
    log.leader = false;
    for (int i = 0; i < 100; i++) {
      proposer.submit(TICK);
    }

    assertRefused(proposer.submit(TICK), LIMIT_EXCEEDED);
  }

  @Test
  void answersEverythingWhenItCloses() {
    CompletableFuture<Reply> sent = proposer.submit(TICK);
    entry(0);
    log.leader = false;
    CompletableFuture<Reply> queued =
        proposer.submit(
            new Submission(Principal.SYSTEM, null, new Command.CancelJob(new JobId(1))));

    time.settle();
    proposer.close();
    proposer.refuseAll();

    assertRefused(sent, OUTCOME_UNKNOWN);
    assertThat(queued).isDone();
    assertThat(proposer.submit(TICK)).isDone();
  }

  private void apply(Entry entry) {
    List<Reply> replies =
        new ArrayList<>(Collections.nCopies(entry.submissions().size(), Reply.Done.DONE));
    proposer.applied(new Outcome("n1", 7, entry.header().sequence(), 1, true, replies));
  }

  private static void assertRefused(CompletableFuture<Reply> reply, ErrorCode code) {
    assertThat(reply).isDone();
    assertThat(reply.join())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }
}
