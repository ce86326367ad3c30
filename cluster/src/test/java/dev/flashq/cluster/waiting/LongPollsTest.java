package dev.flashq.cluster.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.SealedTexts;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LongPollsTest {
  private static final QueueName MAIL = new QueueName("mail");

  private final List<CompletableFuture<Reply>> proposed = new ArrayList<>();
  private final List<Reply> unwanted = new ArrayList<>();
  private final VirtualTime time = new VirtualTime();
  private CompletableFuture<Void> barrier = CompletableFuture.completedFuture(null);
  private final Set<RequestId> onRecord = ConcurrentHashMap.newKeySet();
  private final AtomicInteger looks = new AtomicInteger();
  private volatile boolean recordRefuses;
  private volatile Deliverable deliverable = Deliverable.NOTHING;

  private final LongPolls polls =
      new LongPolls(
          _ -> deliverable,
          _ -> {
            var reply = new CompletableFuture<Reply>();
            synchronized (proposed) {
              proposed.add(reply);
            }
            return reply;
          },
          () -> barrier,
          id -> {
            looks.incrementAndGet();
            if (recordRefuses) {
              throw new RefusedException(new Refused(ErrorCode.SERVICE_UNAVAILABLE, "stopping"));
            }
            return onRecord.contains(id);
          },
          unwanted::add,
          time,
          10);

  @Test
  void aPullThatWouldFindNothingNeverEntersTheLog() {
    CompletableFuture<Reply> pull = pull(1, 0);
    time.settle();
    assertThat(pull).isCompletedWithValue(Delivered.NONE);
    assertThat(proposed).isEmpty();
    assertThat(polls.waiting()).isZero();
  }

  @Test
  void aPullThatDoesNotWaitAsksTheLeaderFirst() {
    barrier = new CompletableFuture<>();
    CompletableFuture<Reply> pull = pull(1, 0);
    assertThat(pull).isNotDone();

    deliverable = new Deliverable(1, 0);
    barrier.complete(null);
    time.settle();
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void wakesAsManyAsThereAreJobsAndTheOldestFirst() {
    CompletableFuture<Reply> first = pull(1, 60_000);
    CompletableFuture<Reply> second = pull(1, 60_000);
    CompletableFuture<Reply> third = pull(1, 60_000);

    deliverable = new Deliverable(2, 0);
    ready();
    ready();
    assertThat(proposed).hasSize(2);
    deliverable = Deliverable.NOTHING;
    proposed.get(0).complete(delivered(1));
    proposed.get(1).complete(delivered(2));

    assertThat(first).isCompletedWithValue(delivered(1));
    assertThat(second).isCompletedWithValue(delivered(2));
    assertThat(third).isNotDone();
  }

  @Test
  void whoFindsTheJobTakenKeepsItsPlace() {
    CompletableFuture<Reply> first = pull(1, 60_000);
    CompletableFuture<Reply> second = pull(1, 60_000);
    deliverable = new Deliverable(1, 0);
    ready();
    deliverable = Deliverable.NOTHING;
    proposed.get(0).complete(Delivered.NONE);
    time.pass(5);

    deliverable = new Deliverable(1, 0);
    ready();
    deliverable = Deliverable.NOTHING;
    proposed.get(1).complete(delivered(1));

    assertThat(first).isCompletedWithValue(delivered(1));
    assertThat(second).isNotDone();
  }

  @Test
  void endsEmptyWhenTheTimeIsUp() {
    CompletableFuture<Reply> pull = pull(1, 50);
    time.pass(49);
    assertThat(pull).isNotDone();

    time.pass(1);
    assertThat(pull).isCompletedWithValue(Delivered.NONE);
    assertThat(proposed).isEmpty();
  }

  @Test
  void wakesUpWhenARateLimitLetsTheNextJobGo() {
    deliverable = new Deliverable(0, 60);
    CompletableFuture<Reply> pull = pull(1, 60_000);
    deliverable = new Deliverable(1, 0);
    time.pass(59);
    assertThat(proposed).isEmpty();

    time.pass(1);
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void forgetsWhoHasGone() {
    CompletableFuture<Reply> gone = pull(1, 60_000);
    gone.cancel(false);
    deliverable = new Deliverable(1, 0);

    ready();

    assertThat(proposed).isEmpty();
    assertThat(polls.waiting()).isZero();
  }

  @Test
  void givesBackWhatCameTooLate() {
    deliverable = new Deliverable(1, 0);
    CompletableFuture<Reply> gone = pull(1, 60_000);
    gone.cancel(false);

    proposed.getFirst().complete(delivered(1));

    assertThat(unwanted).containsExactly(delivered(1));
  }

  @Test
  void asksTheLogForARequestThatIsARepeatedOne() {
    var id = new RequestId("client", 5, 5);
    onRecord.add(id);
    CompletableFuture<Reply> pull = pull(1, 0, id);
    time.settle();
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void aRepeatedPullOfAnEmptyQueueGetsItsRecordedJobsWithoutWaiting() {
    var id = new RequestId("client", 5, 5);
    onRecord.add(id);

    CompletableFuture<Reply> pull = pull(1, 60_000, id);
    assertThat(proposed).isEmpty();
    time.pass(50);
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void whoFindsTheJobTakenKeepsItsPlaceAlsoWithARequestId() {
    CompletableFuture<Reply> pull = pull(1, 60_000, new RequestId("client", 7, 5));
    deliverable = new Deliverable(1, 0);
    ready();
    deliverable = Deliverable.NOTHING;
    proposed.getFirst().complete(Delivered.NONE);
    time.pass(5);
    assertThat(pull).isNotDone();

    deliverable = new Deliverable(1, 0);
    ready();
    proposed.getLast().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void endsWhenTheRecordSaysThatNothingIsLeftOfADelivery() {
    var id = new RequestId("client", 8, 5);
    onRecord.add(id);
    CompletableFuture<Reply> pull = pull(1, 60_000, id);
    time.pass(50);

    proposed.getFirst().complete(Delivered.NONE);
    time.settle();

    assertThat(pull).isCompletedWithValue(Delivered.NONE);
  }

  @Test
  void endsWhenTheRecordCannotBeReadNow() {
    CompletableFuture<Reply> pull = pull(1, 60_000, new RequestId("client", 9, 5));
    deliverable = new Deliverable(1, 0);
    ready();
    recordRefuses = true;

    deliverable = Deliverable.NOTHING;
    proposed.getFirst().complete(Delivered.NONE);
    time.settle();

    assertThat(pull).isCompletedWithValue(Delivered.NONE);
  }

  @Test
  void aNewPullWithARequestIdStaysOutOfTheLogWhileThereIsNothing() {
    CompletableFuture<Reply> pull = pull(1, 60_000, new RequestId("client", 6, 5));

    time.pass(50);
    assertThat(looks).hasValue(1);
    assertThat(pull).isNotDone();
    assertThat(proposed).isEmpty();
  }

  /** A thousand workers that wait write nothing. */
  @Test
  void aPullWithARequestIdThatEndsWithNothingIsNotWrittenIntoTheLog() {
    CompletableFuture<Reply> waited = pull(1, 1_200, new RequestId("client", 6, 5));
    time.pass(1_200);
    CompletableFuture<Reply> asked = pull(1, 0, new RequestId("client", 7, 5));
    time.settle();

    assertThat(waited).isCompletedWithValue(Delivered.NONE);
    assertThat(asked).isCompletedWithValue(Delivered.NONE);
    assertThat(proposed).isEmpty();
  }

  @Test
  void aPullThatEndsTakesWhatHasJustCome() {
    CompletableFuture<Reply> pull = pull(1, 1_200, new RequestId("client", 6, 5));
    time.pass(1_199);
    deliverable = new Deliverable(1, 0);
    time.pass(1);
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void holdsALimitedNumberOfWaiters() {
    for (int i = 0; i < 10; i++) {
      pull(1, 60_000);
    }

    assertThat(pull(1, 60_000).join()).isInstanceOf(Refused.class);
  }

  /** A limit that is far away must not hide one that comes nearer. */
  @Test
  void anEarlierAlarmTakesThePlaceOfALaterOne() {
    deliverable = new Deliverable(0, 50_000);
    CompletableFuture<Reply> pull = pull(1, 60_000);
    deliverable = new Deliverable(0, 100);
    ready();
    time.pass(99);
    deliverable = new Deliverable(1, 0);

    time.pass(1);
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  /** The job went to somebody else at another node: each loser ends by its own time. */
  @Test
  void whoFoundTheJobTakenStillEndsInTime() {
    deliverable = new Deliverable(1, 0);
    CompletableFuture<Reply> pull = pull(1, 1_500);
    deliverable = Deliverable.NOTHING;
    time.pass(700);
    proposed.getFirst().complete(Delivered.NONE);
    time.pass(799);
    assertThat(pull).isNotDone();

    time.pass(1);

    assertThat(pull).isCompletedWithValue(Delivered.NONE);
    assertThat(time.pending()).isZero();
  }

  @Test
  void anAnswerThatComesAfterTheTimeIsTheEnd() {
    deliverable = new Deliverable(1, 0);
    CompletableFuture<Reply> pull = pull(1, 1_500);
    deliverable = Deliverable.NOTHING;
    time.pass(1_600);
    proposed.getFirst().complete(Delivered.NONE);
    time.settle();

    assertThat(pull).isCompletedWithValue(Delivered.NONE);
  }

  /** A clock that is ahead of the leader's must not fill the log with pulls that find nothing. */
  @Test
  void doesNotAskAgainAndAgainForWhatSeemsToBeThere() {
    deliverable = new Deliverable(1, 0);
    pull(1, 60_000);
    for (int i = 0; i < 20; i++) {
      proposed.getLast().complete(Delivered.NONE);
      time.pass(1);
    }

    assertThat(proposed).hasSizeLessThan(7);
  }

  @Test
  void nothingRunsWhileNobodyWaits() {
    pull(1, 100);
    deliverable = new Deliverable(0, 10_000);
    ready();
    time.pass(20_000);

    assertThat(time.pending()).isZero();
    assertThat(polls.waiting()).isZero();
  }

  private void ready() {
    polls.ready(MAIL);
    time.settle();
  }

  private CompletableFuture<Reply> pull(int count, long waitMs) {
    return pull(count, waitMs, null);
  }

  private CompletableFuture<Reply> pull(int count, long waitMs, @Nullable RequestId id) {
    var pull = new PullJobs(MAIL, count, waitMs);
    return polls.pull(new Submission(Principal.ANONYMOUS, id, pull), pull);
  }

  private static Delivered delivered(long id) {
    var job =
        new JobView(
            new JobId(id),
            MAIL,
            JobState.ACTIVE,
            JobOptions.DEFAULTS,
            null,
            null,
            null,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            null,
            1,
            Omitted.NONE,
            SealedTexts.NONE,
            false);
    return new Delivered(List.of(job));
  }
}
