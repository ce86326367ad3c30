package dev.flashq.statemachine.engine;

import static dev.flashq.statemachine.engine.EngineFixture.QueueFixture.data;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Push, pull, ack and what else happens to a job, told in the words of a queue's users. */
class QueueStoriesTest extends WithEngine {
  @Override
  String queueName() {
    return "mail";
  }

  @Test
  void deliversAPushedJobAndKeepsItsResult() {
    JobId id = queue.push("hello");
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);

    JobView job = queue.mustPull();
    assertThat(data(job)).isEqualTo("hello");
    assertThat(cluster.state(id)).isEqualTo(JobState.ACTIVE);
    assertThat(queue.pull()).isNull();

    assertThat(queue.ack(job, "{\"sent\":true}")).isEqualTo(new Reply.Acked(1, List.of()));
    JobView done = cluster.job(id);
    assertThat(done.state()).isEqualTo(JobState.COMPLETED);
    assertThat(done.result()).isNotNull();
    assertThat(done.completedAt()).isEqualTo(cluster.now());
    assertThat(cluster.ended()).containsExactly(id);
  }

  @Test
  void numbersJobsDenselyFromOne() {
    assertThat(queue.push("a").value()).isEqualTo(1);
    assertThat(cluster.queue("other").push("b").value()).isEqualTo(2);
    assertThat(queue.push("c").value()).isEqualTo(3);
  }

  @Test
  void ordersByPriorityThenByArrival() {
    queue.push("low", o -> o.priority(-5));
    queue.push("first");
    queue.push("second");
    queue.push("high", o -> o.priority(10));
    assertThat(queue.pullAll()).containsExactly("high", "first", "second", "low");
  }

  @Test
  void deliversLastInFirstOutJobsBeforeOthersOfTheirPriority() {
    queue.push("a");
    queue.push("x", o -> o.lifo(true));
    queue.push("b");
    queue.push("y", o -> o.lifo(true));
    queue.push("top", o -> o.priority(1));
    assertThat(queue.pullAll()).containsExactly("top", "y", "x", "a", "b");
  }

  @Test
  void holdsADelayedJobUntilItsTime() {
    JobId id = queue.push("later", o -> o.delayMs(500));
    assertThat(cluster.state(id)).isEqualTo(JobState.DELAYED);
    cluster.advance(ofMillis(499));
    assertThat(queue.pull()).isNull();
    cluster.advance(ofMillis(1));
    assertThat(cluster.woken()).contains(queue.name());
    assertThat(queue.mustPull().id()).isEqualTo(id);
  }

  @Test
  void handsTheJobToAnotherWorkerWhenTheLeaseRunsOut() {
    queue.push("resize", o -> o.stallTimeoutMs(30_000));
    JobView first = queue.mustPull();
    cluster.advance(ofSeconds(29));
    assertThat(queue.pull()).isNull();
    cluster.advance(ofSeconds(1));

    JobView second = queue.mustPull();
    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.attempts()).isZero();
    assertThat(second.stalls()).isEqualTo(1);
    assertThat(second.lease()).isEqualTo(2);
    Reply.Acked stale = (Reply.Acked) queue.ack(first);
    assertThat(stale.failures().getFirst().refusal().code()).isEqualTo(ErrorCode.LEASE_LOST);
    assertThat(queue.ack(second)).isEqualTo(new Reply.Acked(1, List.of()));
  }

  @Test
  void keepsTheLeaseOfAWorkerThatShowsSignsOfLife() {
    queue.push("long", o -> o.stallTimeoutMs(10_000));
    JobView job = queue.mustPull();
    for (int i = 0; i < 5; i++) {
      cluster.advance(ofSeconds(9));
      assertThat(cluster.apply(new Command.ReportProgress(claim(job), i * 20, "step " + i)))
          .isEqualTo(Reply.Done.DONE);
    }
    cluster.advance(ofSeconds(9));
    cluster.apply(new Command.RenewLease(claim(job)));
    cluster.advance(ofSeconds(9));
    assertThat(cluster.state(job.id())).isEqualTo(JobState.ACTIVE);
    queue.ack(job);
    assertThat(cluster.job(job.id()).progress()).isEqualTo(80);
    assertThat(cluster.job(job.id()).progressMessage()).isEqualTo("step 4");
  }

  @Test
  void acceptsTheSameHoldersAckTwice() {
    queue.push("once");
    JobView job = queue.mustPull();
    queue.ack(job);
    assertThat(queue.ack(job)).isEqualTo(new Reply.Acked(1, List.of()));
    assertThat(queue.counts().completed()).isEqualTo(1);
  }

  @Test
  void retriesWithGrowingPausesAndThenBuriesTheJob() {
    JobId id = queue.push("flaky", o -> o.maxAttempts(3).backoffMs(1000));
    queue.fail(queue.mustPull(), "smtp down");
    assertThat(cluster.state(id)).isEqualTo(JobState.DELAYED);
    cluster.advance(ofMillis(1999));
    assertThat(queue.pull()).isNull();
    cluster.advance(ofMillis(1));
    queue.fail(queue.mustPull(), "smtp still down");
    cluster.advance(ofSeconds(4));
    JobView third = queue.mustPull();
    assertThat(third.attempts()).isEqualTo(2);
    queue.fail(third, "smtp gone");

    assertThat(cluster.state(id)).isEqualTo(JobState.FAILED);
    assertThat(cluster.job(id).error()).isEqualTo("smtp gone");
    assertThat(cluster.ended()).containsExactly(id);
    assertThat(queue.counts().failed()).isEqualTo(1);
  }

  @Test
  void bringsADeadJobBackAsNew() {
    JobId id = queue.push("x", o -> o.maxAttempts(1).priority(3).tags(List.of("t")));
    queue.fail(queue.mustPull(), "no");
    assertThat(cluster.apply(new Command.RetryDeadJobs(queue.name(), id, 1)))
        .isEqualTo(new Reply.Removed(1, false));
    JobView again = queue.mustPull();
    assertThat(again.attempts()).isZero();
    assertThat(again.options().priority()).isEqualTo(3);
    assertThat(again.tags()).containsExactly("t");
    assertThat(again.lease()).isEqualTo(2);
  }

  @Test
  void treatsATimeoutAsAFailedAttempt() {
    JobId id = queue.push("slow", o -> o.timeoutMs(1000).maxAttempts(1));
    JobView job = queue.mustPull();
    cluster.apply(new Command.RenewLease(claim(job)));
    cluster.advance(ofMillis(1000));
    assertThat(cluster.state(id)).isEqualTo(JobState.FAILED);
    assertThat(cluster.job(id).error()).isEqualTo("Job timed out");
  }

  @Test
  void refusesASecondJobWithTheSameUniqueKeyUntilTheFirstHasEnded() {
    queue.push("a", o -> o.uniqueKey("k"));
    Reply.PushOutcome second = queue.tryPush("b", o -> o.uniqueKey("k"));
    assertThat(second).isEqualTo(Reason.KEY_HELD.refuses("k"));
    assertThat(((Reply.Refused) second).detail()).isEqualTo("Duplicate job with key: k");
    cluster.queue("other").push("b", o -> o.uniqueKey("k"));
    queue.ack(queue.mustPull());
    queue.push("c", o -> o.uniqueKey("k"));
  }

  @Test
  void answersTheSameIdForARepeatedCustomIdUntilTheJobHasCompleted() {
    JobId id = queue.push("a", o -> o.customId("order-1"));
    assertThat(queue.tryPush("b", o -> o.customId("order-1")))
        .isEqualTo(new Reply.PushOutcome.Accepted(id, true));
    queue.ack(queue.mustPull());
    assertThat(queue.tryPush("c", o -> o.customId("order-1")))
        .isEqualTo(new Reply.PushOutcome.Accepted(new JobId(2), false));
  }

  @Test
  void countsAJobThatIsAckedTwiceInABatchOnce() {
    queue.push("a");
    queue.push("b");
    List<Command.Ack> acks =
        queue.pull(2).stream().map(job -> new Command.Ack(claim(job), null)).toList();
    assertThat(
            cluster.apply(
                new Command.AckJobs(List.of(acks.getFirst(), acks.getLast(), acks.getFirst()))))
        .isEqualTo(new Reply.Acked(2, List.of()));
    assertThat(queue.counts().completed()).isEqualTo(2);
  }

  @Test
  void refusesAnUnknownJobThatIsAckedTwiceInABatchOnce() {
    var unknown = new Command.Ack(new dev.flashq.statemachine.Claim(new JobId(9), 0), null);
    Reply.Acked acked = (Reply.Acked) cluster.apply(new Command.AckJobs(List.of(unknown, unknown)));
    assertThat(acked.count()).isZero();
    assertThat(acked.failures()).extracting(Reply.Failure::index).containsExactly(0);
  }

  @Test
  void debouncesWithinTheWindow() {
    queue.push("a", o -> o.debounceId("d").debounceTtlMs(1000));
    assertThat(queue.tryPush("b", o -> o.debounceId("d"))).isInstanceOf(Reply.Refused.class);
    cluster.advance(ofMillis(1000));
    queue.push("c", o -> o.debounceId("d"));
  }

  @Test
  void removesAJobThatNobodyTookInItsTimeToLive() {
    JobId id = queue.push("stale", o -> o.ttlMs(1000).uniqueKey("k").customId("c"));
    cluster.advance(ofMillis(1000));
    assertThat(cluster.find(id)).isNull();
    assertThat(queue.counts().waiting()).isZero();
    queue.push("fresh", o -> o.uniqueKey("k").customId("c"));
  }

  @Test
  void pausesAndResumes() {
    queue.push("a");
    cluster.apply(new Command.SetPaused(queue.name(), true));
    assertThat(queue.pull()).isNull();
    assertThat(cluster.engine().deliverable(queue.name(), cluster.now()).jobs()).isZero();
    cluster.apply(new Command.SetPaused(queue.name(), false));
    assertThat(queue.mustPull()).isNotNull();
  }

  @Test
  void deliversNoMoreThanTheConcurrencyLimit() {
    for (int i = 0; i < 5; i++) {
      queue.push("j" + i);
    }
    JobView before = queue.mustPull();
    cluster.apply(new Command.SetConcurrency(queue.name(), 2));
    assertThat(queue.pull(10)).hasSize(1);
    assertThat(queue.pull(10)).isEmpty();
    queue.ack(before);
    assertThat(queue.pull(10)).hasSize(1);
  }

  @Test
  void bindsBatchesToTheRateLimit() {
    queue.limitRate(10, ofSeconds(60));
    for (int i = 0; i < 30; i++) {
      queue.push("j" + i);
    }
    assertThat(queue.pull(100)).hasSize(10);
    assertThat(queue.pull(100)).isEmpty();
    long wait = cluster.engine().deliverable(queue.name(), cluster.now()).retryInMs();
    assertThat(wait).isBetween(60_000L, 60_000L + 60_000 / 64 + 1);
    assertThat(cluster.engine().deliverable(queue.name(), cluster.now() + wait - 1))
        .isEqualTo(new Deliverable(0, 1));
    assertThat(cluster.engine().deliverable(queue.name(), cluster.now() + wait).jobs())
        .isEqualTo(10);
    cluster.setClock(cluster.now() + wait);
    assertThat(queue.pull(100)).hasSize(10);
  }

  @Test
  void runsOneJobOfAGroupAtATimeAndOthersMeanwhile() {
    queue.push("a1", o -> o.groupId("a"));
    queue.push("a2", o -> o.groupId("a"));
    queue.push("b1", o -> o.groupId("b"));
    queue.push("free");
    List<JobView> first = queue.pull(10);
    assertThat(first).extracting(QueueFixture::data).containsExactly("a1", "b1", "free");
    assertThat(queue.pull()).isNull();
    queue.ack(first.getFirst());
    assertThat(queue.pullAll()).containsExactly("a2");
    assertThat(queue.counts().active()).isEqualTo(3);
  }

  @Test
  void letsABetterJobOfAGroupGoFirst() {
    queue.push("a1", o -> o.groupId("a"));
    queue.push("a2", o -> o.groupId("a").priority(5));
    assertThat(data(queue.mustPull())).isEqualTo("a2");
    assertThat(queue.pull()).isNull();
  }

  @Test
  void waitsForAllDependencies() {
    JobId one = queue.push("one");
    JobId two = queue.push("two");
    JobId sum = queue.push("sum", o -> o.dependsOn(List.of(one, two)));
    assertThat(cluster.state(sum)).isEqualTo(JobState.WAITING_CHILDREN);
    List<JobView> both = queue.pull(10);
    assertThat(both).hasSize(2);
    cluster.apply(
        new Command.AckJobs(both.stream().map(job -> new Command.Ack(claim(job), null)).toList()));
    assertThat(queue.mustPull().id()).isEqualTo(sum);
  }

  @Test
  void failsThoseWhoseDependencyWillNotComplete() {
    JobId one = queue.push("one");
    JobId two = queue.push("two", o -> o.dependsOn(List.of(one)));
    JobId three = queue.push("three", o -> o.dependsOn(List.of(two)));
    cluster.apply(new Command.CancelJob(one));
    assertThat(cluster.state(two)).isEqualTo(JobState.FAILED);
    assertThat(cluster.state(three)).isEqualTo(JobState.FAILED);
    assertThat(cluster.job(two).error()).isEqualTo("Dependency 1 will not complete");
    refused(
        (Reply.Refused) queue.tryPush("four", o -> o.dependsOn(List.of(two))),
        ErrorCode.WRONG_STATE);
    refused(
        (Reply.Refused) queue.tryPush("five", o -> o.dependsOn(List.of(new JobId(999)))),
        ErrorCode.INVALID_REQUEST);
  }

  @Test
  void replacesTheDataOfJobsThatHaveEnded() {
    JobId done = queue.push("personal");
    queue.ack(queue.mustPull(), "\"result\"");
    JobId kept = queue.push("personal", o -> o.keepCompletedAgeMs(60_000).customId("c"));
    queue.ack(queue.mustPull());
    JobId dead = queue.push("personal", o -> o.maxAttempts(1));
    queue.fail(queue.mustPull(), "no");
    var data = dev.flashq.statemachine.Payload.json("\"" + "x".repeat(5000) + "\"");
    for (JobId job : List.of(done, kept, dead)) {
      JobView before = cluster.job(job);
      assertThat(
              cluster.apply(
                  new Command.UpdateJob(job, dev.flashq.statemachine.Payload.json("\"gone\""))))
          .isEqualTo(Reply.Done.DONE);
      assertThat(cluster.job(job))
          .isEqualTo(before.with(cluster.job(job).data(), before.result(), before.omitted()));
      assertThat(data(cluster.job(job))).isEqualTo("gone");
      cluster.apply(new Command.UpdateJob(job, data));
      assertThat(cluster.job(job).omitted().data()).isEqualTo(5002);
    }
    cluster.restart();
    cluster.apply(new Command.RetryDeadJobs(queue.name(), dead, 1));
    assertThat(queue.mustPull().id()).isEqualTo(dead);
    cluster.advance(ofHours(25));
    assertThat(cluster.find(done)).isNull();
    assertThat(cluster.find(kept)).isNull();
    assertThat(Rows.of(cluster.engine()))
        .noneMatch(row -> row.startsWith("PAYLOADS " + "0".repeat(15) + done));
  }

  @Test
  void managesJobs() {
    JobId a = queue.push("a");
    JobId b = queue.push("b");
    cluster.apply(new Command.ChangePriority(b, 9));
    assertThat(queue.mustPull().id()).isEqualTo(b);
    cluster.apply(new Command.UpdateJob(a, dev.flashq.statemachine.Payload.json("\"changed\"")));
    JobView changed = queue.mustPull();
    assertThat(data(changed)).isEqualTo("changed");
    cluster.apply(new Command.MoveToDelayed(claim(changed), 5000));
    assertThat(cluster.state(a)).isEqualTo(JobState.DELAYED);
    cluster.apply(new Command.PromoteJob(a));
    assertThat(cluster.state(a)).isEqualTo(JobState.WAITING);
    cluster.apply(new Command.DiscardJob(new dev.flashq.statemachine.Claim(a, 0)));
    assertThat(cluster.state(a)).isEqualTo(JobState.FAILED);
    refused(cluster.apply(new Command.CancelJob(a)), ErrorCode.WRONG_STATE);
    refused(cluster.apply(new Command.PromoteJob(new JobId(77))), ErrorCode.JOB_NOT_FOUND);
  }

  @Test
  void drainsWhatWaitsAndLeavesWhatRuns() {
    queue.push("active");
    JobView active = queue.mustPull();
    for (int i = 0; i < 10; i++) {
      queue.push("w" + i);
      queue.push("g" + i, o -> o.groupId("g"));
      queue.push("d" + i, o -> o.delayMs(1000));
    }
    Reply.Removed first =
        (Reply.Removed) cluster.apply(new Command.DrainQueue(queue.name(), Long.MAX_VALUE, 12));
    Reply.Removed rest =
        (Reply.Removed) cluster.apply(new Command.DrainQueue(queue.name(), Long.MAX_VALUE, 5000));
    assertThat(new Reply.Removed(first.count(), first.more()))
        .isEqualTo(new Reply.Removed(12, true));
    assertThat(rest).isEqualTo(new Reply.Removed(18, false));
    assertThat(queue.pull()).isNull();
    assertThat(queue.ack(active)).isEqualTo(new Reply.Acked(1, List.of()));
    assertThat(queue.counts().waiting() + queue.counts().delayed()).isZero();
  }

  @Test
  void goesOnAfterARestartAsIfNothingHadHappened() {
    queue.push("a", o -> o.groupId("g").uniqueKey("u"));
    queue.push("b", o -> o.groupId("g"));
    queue.push("later", o -> o.delayMs(1000));
    JobView active = queue.mustPull();
    cluster.restart();
    assertThat(queue.pull()).isNull();
    assertThat(queue.tryPush("dup", o -> o.uniqueKey("u"))).isInstanceOf(Reply.Refused.class);
    cluster.advance(ofSeconds(1));
    assertThat(data(queue.mustPull())).isEqualTo("later");
    cluster.advance(ofSeconds(89));
    assertThat(cluster.job(active.id()).stalls()).isEqualTo(1);
  }

  private static dev.flashq.statemachine.Claim claim(JobView job) {
    return new dev.flashq.statemachine.Claim(job.id(), job.lease());
  }
}
