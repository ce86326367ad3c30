package dev.flashq.cluster.propose;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.config.NodeClock;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProposerTest {
  private static final Submission TICK =
      new Submission(Principal.SYSTEM, null, new Command.Tick(0, 0));

  private final AtomicLong clock = new AtomicLong(1_000);
  private final FakeLog log = new FakeLog();
  private final List<Reply> unwanted = new CopyOnWriteArrayList<>();
  private final Proposer proposer =
      new Proposer(
          "n1",
          7,
          log,
          new ProposalLimits(2, 100, 10_000_000),
          new NodeClock(clock::get, clock::get),
          unwanted::add);

  /** Takes entries and answers when the test says so. */
  private static final class FakeLog implements ReplicatedLog {
    private final List<ByteString> sent = Collections.synchronizedList(new ArrayList<>());
    private final List<CompletableFuture<Void>> ends =
        Collections.synchronizedList(new ArrayList<>());
    private volatile boolean leader = true;

    @Override
    public boolean hasLeader() {
      return leader;
    }

    @Override
    public CompletableFuture<Void> append(ByteString entry) {
      var end = new CompletableFuture<Void>();
      ends.add(end);
      sent.add(entry);
      return end;
    }

    Entry entry(int attempt) {
      await().until(() -> sent.size() > attempt);
      return EntryCodec.decode(sent.get(attempt));
    }

    void fail(int attempt, RuntimeException failure) {
      await().until(() -> sent.size() > attempt);
      ends.get(attempt).completeExceptionally(failure);
    }
  }

  @BeforeEach
  void start() {
    proposer.start();
  }

  @AfterEach
  void stop() {
    proposer.close();
  }

  @Test
  void answersWhenThisNodeHasApplied() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry entry = log.entry(0);
    assertThat(reply).isNotDone();

    apply(entry);

    assertThat(reply).isCompletedWithValue(Reply.Done.DONE);
    assertThat(entry.header().node()).isEqualTo("n1");
    assertThat(entry.header().boot()).isEqualTo(7);
    assertThat(entry.header().sequence()).isEqualTo(1);
    assertThat(proposer.pending()).isZero();
  }

  @Test
  void fillsTheNextEntryWhileOthersAreOnTheirWay() {
    proposer.submit(TICK);
    log.entry(0);
    proposer.submit(TICK);
    log.entry(1);
    for (int i = 0; i < 50; i++) {
      proposer.submit(TICK);
    }
    apply(log.entry(0));

    Entry third = log.entry(2);
    assertThat(third.submissions()).hasSize(50);
    assertThat(third.header().settled()).isEqualTo(2);
  }

  @Test
  void sendsTheSameEntryAgainWhenAnAttemptFails() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry first = log.entry(0);
    log.fail(0, new IllegalStateException("connection lost"));
    await()
        .until(
            () -> {
              clock.addAndGet(10);
              return log.sent.size() > 1;
            });

    Entry second = log.entry(1);
    assertThat(second.header()).isEqualTo(first.header());
    apply(second);
    assertThat(reply).isCompletedWithValue(Reply.Done.DONE);
  }

  @Test
  void sendsAgainAtOnceToANewLeader() {
    proposer.submit(TICK);
    Entry first = log.entry(0);

    proposer.leaderChanged();

    assertThat(log.entry(1).header()).isEqualTo(first.header());
  }

  @Test
  void refusesWhatWasNeverSent() {
    log.leader = false;
    CompletableFuture<Reply> reply = proposer.submit(TICK);

    clock.addAndGet(Limits.COMMIT_WAIT_MS);

    assertRefused(reply, SERVICE_UNAVAILABLE);
  }

  @Test
  void refusesWhatCertainlyDidNotEnterTheLog() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    log.fail(0, new NotSentException("connection refused"));
    log.leader = false;

    clock.addAndGet(Limits.COMMIT_WAIT_MS);

    assertRefused(reply, SERVICE_UNAVAILABLE);
  }

  @Test
  void saysWhenTheOutcomeIsUnknownAndNeverSendsThatEntryAgain() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    log.fail(0, new IllegalStateException("connection lost"));
    log.leader = false;
    clock.addAndGet(Limits.COMMIT_WAIT_MS);
    assertRefused(reply, OUTCOME_UNKNOWN);

    log.leader = true;
    proposer.leaderChanged();
    proposer.submit(TICK);

    Entry next = log.entry(log.sent.size() > 1 ? log.sent.size() - 1 : 1);
    assertThat(next.header().sequence()).isEqualTo(2);
    assertThat(next.header().settled()).isEqualTo(2);
  }

  @Test
  void handsLateRepliesToNobody() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry entry = log.entry(0);
    clock.addAndGet(Limits.COMMIT_WAIT_MS);
    assertRefused(reply, OUTCOME_UNKNOWN);

    apply(entry);

    assertThat(unwanted).containsExactly(Reply.Done.DONE);
  }

  @Test
  void doesNotKnowTheRepliesOfAnEntryThatCameInsideACheckpoint() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    Entry entry = log.entry(0);

    proposer.applied(new Outcome("n1", 7, entry.header().sequence(), 1, false, List.of()));

    assertRefused(reply, OUTCOME_UNKNOWN);
  }

  @Test
  void ignoresEntriesOfOthersAndOfEarlierStarts() {
    CompletableFuture<Reply> reply = proposer.submit(TICK);
    log.entry(0);

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
    log.entry(0);
    log.leader = false;
    CompletableFuture<Reply> queued =
        proposer.submit(
            new Submission(Principal.SYSTEM, null, new Command.CancelJob(new JobId(1))));

    proposer.close();

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
    await().until(reply::isDone);
    assertThat(reply.join())
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }
}
