package dev.flashq.cluster.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.config.NodeClock;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LongPollsTest {
  private static final QueueName MAIL = new QueueName("mail");

  private final List<CompletableFuture<Reply>> proposed = new ArrayList<>();
  private final List<Reply> unwanted = new ArrayList<>();
  private final Alarms alarms = new Alarms("test");
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
          Runnable::run,
          alarms,
          NodeClock.system(),
          10);

  @AfterEach
  void stop() {
    alarms.close();
  }

  @Test
  void aPullThatWouldFindNothingNeverEntersTheLog() {
    assertThat(pull(1, 0)).isCompletedWithValue(Delivered.NONE);
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
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void wakesAsManyAsThereAreJobsAndTheOldestFirst() {
    CompletableFuture<Reply> first = pull(1, 60_000);
    CompletableFuture<Reply> second = pull(1, 60_000);
    CompletableFuture<Reply> third = pull(1, 60_000);

    deliverable = new Deliverable(2, 0);
    polls.ready(MAIL);
    polls.ready(MAIL);
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
    polls.ready(MAIL);
    deliverable = Deliverable.NOTHING;
    proposed.get(0).complete(Delivered.NONE);

    deliverable = new Deliverable(1, 0);
    polls.ready(MAIL);
    deliverable = Deliverable.NOTHING;
    proposed.get(1).complete(delivered(1));

    assertThat(first).isCompletedWithValue(delivered(1));
    assertThat(second).isNotDone();
  }

  @Test
  void endsEmptyWhenTheTimeIsUp() {
    CompletableFuture<Reply> pull = pull(1, 50);

    await().until(pull::isDone);
    assertThat(pull).isCompletedWithValue(Delivered.NONE);
    assertThat(proposed).isEmpty();
  }

  @Test
  void wakesUpWhenARateLimitLetsTheNextJobGo() {
    deliverable = new Deliverable(0, System.currentTimeMillis() + 60);
    CompletableFuture<Reply> pull = pull(1, 60_000);
    deliverable = new Deliverable(1, 0);

    await().until(() -> !proposed.isEmpty());
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void forgetsWhoHasGone() {
    CompletableFuture<Reply> gone = pull(1, 60_000);
    gone.cancel(false);
    deliverable = new Deliverable(1, 0);

    polls.ready(MAIL);

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
  void asksTheLogForARequestThatMayBeARepeatedOne() {
    CompletableFuture<Reply> pull = pull(1, 0, new RequestId("client", 5, 5));
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void aRepeatedPullOfAnEmptyQueueGetsItsRecordedJobsWithoutWaiting() {
    var id = new RequestId("client", 5, 5);
    onRecord.add(id);

    CompletableFuture<Reply> pull = pull(1, 60_000, id);
    assertThat(proposed).isEmpty();
    await().until(() -> !proposed.isEmpty());
    proposed.getFirst().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void whoFindsTheJobTakenKeepsItsPlaceAlsoWithARequestId() {
    CompletableFuture<Reply> pull = pull(1, 60_000, new RequestId("client", 7, 5));
    deliverable = new Deliverable(1, 0);
    polls.ready(MAIL);
    deliverable = Deliverable.NOTHING;
    proposed.getFirst().complete(Delivered.NONE);
    assertThat(pull).isNotDone();

    deliverable = new Deliverable(1, 0);
    polls.ready(MAIL);
    proposed.getLast().complete(delivered(1));

    assertThat(pull).isCompletedWithValue(delivered(1));
  }

  @Test
  void endsWhenTheRecordSaysThatNothingIsLeftOfADelivery() {
    var id = new RequestId("client", 8, 5);
    onRecord.add(id);
    CompletableFuture<Reply> pull = pull(1, 60_000, id);
    await().until(() -> !proposed.isEmpty());

    proposed.getFirst().complete(Delivered.NONE);

    assertThat(pull).isCompletedWithValue(Delivered.NONE);
  }

  @Test
  void endsWhenTheRecordCannotBeReadNow() {
    CompletableFuture<Reply> pull = pull(1, 60_000, new RequestId("client", 9, 5));
    deliverable = new Deliverable(1, 0);
    polls.ready(MAIL);
    recordRefuses = true;

    deliverable = Deliverable.NOTHING;
    proposed.getFirst().complete(Delivered.NONE);

    assertThat(pull).isCompletedWithValue(Delivered.NONE);
  }

  @Test
  void aNewPullWithARequestIdStaysOutOfTheLogWhileThereIsNothing() {
    CompletableFuture<Reply> pull = pull(1, 60_000, new RequestId("client", 6, 5));

    await().until(() -> looks.get() == 1);
    assertThat(pull).isNotDone();
    assertThat(proposed).isEmpty();
  }

  @Test
  void holdsALimitedNumberOfWaiters() {
    for (int i = 0; i < 10; i++) {
      pull(1, 60_000);
    }

    assertThat(pull(1, 60_000).join()).isInstanceOf(Refused.class);
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
            1);
    return new Delivered(List.of(job));
  }
}
