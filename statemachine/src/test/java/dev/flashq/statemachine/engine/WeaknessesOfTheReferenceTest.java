package dev.flashq.statemachine.engine;

import static dev.flashq.statemachine.engine.EngineFixture.QueueFixture.data;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.gateway.Rules;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** What flashQ 0.4.0 gets wrong and this engine must not; the names say which weakness. */
class WeaknessesOfTheReferenceTest extends WithEngine {
  @Test
  void weakness2IdsAreNotReusedAfterARestart() {
    JobId completed = queue.push("a", o -> o.removeOnComplete(true));
    queue.ack(queue.mustPull());
    JobId cancelled = queue.push("b");
    cluster.apply(new Command.CancelJob(cancelled));
    cluster.restart();
    assertThat(queue.push("c").value())
        .isGreaterThan(Math.max(completed.value(), cancelled.value()));
  }

  @Test
  void weakness3ALostWorkersJobIsRetriedAndNotBuried() {
    JobId id = queue.push("a", o -> o.maxAttempts(1));
    queue.mustPull();
    cluster.advance(ofSeconds(90));
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
    JobView again = queue.mustPull();
    assertThat(again.attempts()).isZero();
    assertThat(again.stalls()).isEqualTo(1);
  }

  @Test
  void weakness3NothingLeaksOnStall() {
    nothingLeaks(job -> cluster.advance(ofSeconds(5)), o -> o.stallTimeoutMs(5000), true, "first");
  }

  @Test
  void weakness3NothingLeaksOnTimeout() {
    nothingLeaks(
        job -> cluster.advance(ofSeconds(5)),
        o -> o.timeoutMs(5000).maxAttempts(1),
        false,
        "second");
  }

  @Test
  void weakness3NothingLeaksOnCancel() {
    nothingLeaks(job -> cluster.apply(new Command.CancelJob(job.id())), o -> o, false, "second");
  }

  @Test
  void weakness3NothingLeaksOnDiscard() {
    nothingLeaks(
        job -> cluster.apply(new Command.DiscardJob(new Claim(job.id(), 0))),
        o -> o,
        false,
        "second");
  }

  @Test
  void weakness3NothingLeaksOnMoveToDelayed() {
    nothingLeaks(
        job -> cluster.apply(new Command.MoveToDelayed(new Claim(job.id(), 0), 1000)),
        o -> o,
        true,
        "second");
  }

  /**
   * One slot, one group, one key: after the active job has gone they serve the next one, which is
   * the same if it has not been the job's fault.
   */
  private void nothingLeaks(
      Consumer<JobView> gone,
      java.util.function.UnaryOperator<dev.flashq.statemachine.JobOptions.Builder> options,
      boolean keyIsStillHeld,
      String next) {
    cluster.apply(new Command.SetConcurrency(queue.name(), 1));
    queue.push("first", o -> options.apply(o).groupId("g").uniqueKey("k"));
    queue.push("second", o -> o.groupId("g"));
    JobView first = queue.mustPull();
    assertThat(queue.pull()).isNull();

    gone.accept(first);

    assertThat(data(queue.mustPull())).isEqualTo(next);
    assertThat(queue.counts().active()).isEqualTo(1);
    assertThat(queue.tryPush("third", o -> o.uniqueKey("k")) instanceof Reply.Refused)
        .isEqualTo(keyIsStillHeld);
  }

  @Test
  void weakness4RateLimitsBindBatchPulls() {
    queue.limitRate(3, ofSeconds(1));
    for (int i = 0; i < 10; i++) {
      queue.push("j" + i);
    }
    assertThat(queue.pull(10)).hasSize(3);
    assertThat(queue.pull(10)).isEmpty();
    cluster.advance(ofMillis(999));
    assertThat(queue.pull(10)).isEmpty();
    cluster.advance(ofMillis(17));
    assertThat(queue.pull(10)).hasSize(3);
  }

  @Test
  void weakness4AnEmptyPullCostsNoToken() {
    queue.limitRate(2, ofHours(1));
    assertThat(queue.pull(10)).isEmpty();
    assertThat(queue.pull(10)).isEmpty();
    queue.push("a");
    queue.push("b");
    assertThat(queue.pull(10)).hasSize(2);
  }

  @Test
  void weakness5HighPriorityDelayedJobsDoNotBlockTheQueue() {
    queue.push("urgent but later", o -> o.priority(100).delayMs(60_000));
    queue.push("now");
    assertThat(queue.pullAll()).containsExactly("now");
  }

  @Test
  void weakness6DependentsDoNotHangOnCancelledJobs() {
    JobId awaited = queue.push("a");
    JobId waiting = queue.push("b", o -> o.dependsOn(List.of(awaited)));
    cluster.apply(new Command.CancelJob(awaited));
    assertThat(cluster.state(waiting)).isEqualTo(JobState.FAILED);
  }

  @Test
  void weakness6DependentsDoNotHangOnRemovedJobs() {
    JobId awaited = queue.push("a", o -> o.removeOnComplete(true));
    JobId before = queue.push("b", o -> o.dependsOn(List.of(awaited)));
    queue.ack(queue.mustPull());
    assertThat(cluster.state(before)).isEqualTo(JobState.WAITING);
    JobId after = queue.push("c", o -> o.dependsOn(List.of(awaited)));
    assertThat(cluster.state(after)).isEqualTo(JobState.WAITING);
  }

  @Test
  void weakness6DependentsDoNotHangOnDeadJobs() {
    JobId awaited = queue.push("a", o -> o.maxAttempts(1));
    JobId waiting = queue.push("b", o -> o.dependsOn(List.of(awaited)));
    queue.fail(queue.mustPull(), "no");
    assertThat(cluster.state(waiting)).isEqualTo(JobState.FAILED);
  }

  @Test
  void weakness6DependentsDoNotHangOnEvictedJobs() {
    JobId awaited = queue.push("a", o -> o.keepCompletedAgeMs(1000));
    queue.ack(queue.mustPull());
    cluster.advance(ofMillis(1000));
    assertThat(cluster.find(awaited)).isNull();
    JobId waiting = queue.push("b", o -> o.dependsOn(List.of(awaited)));
    assertThat(cluster.state(waiting)).isEqualTo(JobState.WAITING);
  }

  @Test
  void weakness6DependentsDoNotHangOnBatchAckedJobs() {
    JobId one = queue.push("a");
    JobId two = queue.push("b");
    JobId waiting = queue.push("c", o -> o.dependsOn(List.of(one, two)));
    List<JobView> both = queue.pull(2);
    cluster.apply(
        new Command.AckJobs(
            both.stream().map(job -> new Ack(new Claim(job.id(), job.lease()), null)).toList()));
    assertThat(cluster.state(waiting)).isEqualTo(JobState.WAITING);
  }

  @Test
  void weakness7ResultsDoNotVanishAboveTenThousandJobs() {
    JobId first = queue.push("first");
    queue.ack(queue.mustPull(), "1");
    for (int batch = 0; batch < 12; batch++) {
      Command[] pushes = new Command[1000];
      for (int i = 0; i < pushes.length; i++) {
        pushes[i] = queue.pushCommand("j", o -> o);
      }
      cluster.applyTogether(pushes);
      cluster.apply(
          new Command.AckJobs(
              queue.pull(1000).stream()
                  .map(job -> new Ack(new Claim(job.id(), job.lease()), null))
                  .toList()));
    }
    assertThat(queue.counts().completed()).isEqualTo(12_001);
    assertThat(cluster.job(first).result()).isNotNull();
  }

  @Test
  void weakness7RetentionByNumberWorks() {
    for (int i = 0; i < 10; i++) {
      queue.push("j" + i, o -> o.keepCompletedCount(3));
      queue.ack(queue.mustPull());
      cluster.advance(ofMillis(1));
    }
    assertThat(queue.counts().completed()).isEqualTo(3);
    assertThat(
            cluster
                .engine()
                .ask(new Query.ListJobs(queue.name(), JobState.COMPLETED, 10, 0))
                .jobs())
        .extracting(QueueFixture::data)
        .containsExactly("j9", "j8", "j7");
  }

  @Test
  void weakness7RetentionByAgeWorks() {
    JobId brief = queue.push("brief", o -> o.keepCompletedAgeMs(1000));
    queue.ack(queue.mustPull());
    JobId usual = queue.push("usual");
    queue.ack(queue.mustPull());
    cluster.advance(ofMillis(1000));
    assertThat(cluster.find(brief)).isNull();
    assertThat(cluster.find(usual)).isNotNull();
    cluster.advance(ofHours(24));
    assertThat(cluster.find(usual)).isNull();
    assertThat(queue.counts().completed()).isZero();
    cluster.advance(ofMillis(Limits.QUEUE_IDLE_MS));
    assertThat(cluster.engine().nextTimerDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void weakness7RetentionByNumberForgetsWhatCompletedFirst() {
    JobId first = queue.push("a");
    queue.ack(queue.mustPull());
    JobId second = queue.push("b", o -> o.keepCompletedAgeMs(60_000).keepCompletedCount(1));
    queue.ack(queue.mustPull());
    assertThat(cluster.state(first)).isNull();
    assertThat(cluster.state(second)).isEqualTo(JobState.COMPLETED);

    JobId third = queue.push("c", o -> o.keepCompletedCount(1));
    queue.ack(queue.mustPull());
    assertThat(cluster.state(second)).isNull();
    assertThat(cluster.state(third)).isEqualTo(JobState.COMPLETED);
    cluster.advance(ofSeconds(60));
    assertThat(cluster.state(third)).isEqualTo(JobState.COMPLETED);
    assertThat(queue.counts().completed()).isEqualTo(1);
  }

  @Test
  void weakness7TheEndOfAJobIsToldAsItWas() {
    JobId acked = queue.push("a", o -> o.removeOnComplete(true));
    cluster.apply(
        new Command.AckJobs(
            List.of(new Ack(new Claim(queue.mustPull().id(), 0), Payload.json("\"done\"")))));
    assertThat(cluster.end(acked)).isEqualTo(new JobEnd.Completed(Payload.json("\"done\"")));

    JobId failed = queue.push("b", o -> o.removeOnComplete(true).removeOnFail(true).maxAttempts(1));
    queue.mustPull();
    cluster.apply(new Command.FailJob(new Claim(failed, 0), "no"));
    assertThat(cluster.end(failed)).isEqualTo(JobEnd.Without.FAILED);

    JobId cancelled = queue.push("c", o -> o.removeOnComplete(true));
    cluster.apply(new Command.CancelJob(cancelled));
    assertThat(cluster.end(cancelled)).isEqualTo(JobEnd.Without.REMOVED);

    JobId expired = queue.push("d", o -> o.removeOnComplete(true).ttlMs(1000));
    cluster.advance(ofSeconds(1));
    assertThat(cluster.end(expired)).isEqualTo(JobEnd.Without.REMOVED);
  }

  @Test
  void weakness8CleaningHonoursQueueAndAge() {
    QueueFixture other = cluster.queue("other");
    other.push("theirs");
    other.ack(other.mustPull());
    queue.push("old");
    queue.ack(queue.mustPull());
    cluster.advance(ofSeconds(60));
    queue.push("fresh");
    queue.ack(queue.mustPull());
    assertThat(
            cluster.apply(
                new Command.RemoveJobs(
                    queue.name(), JobState.COMPLETED, 60_000, Long.MAX_VALUE, 100)))
        .isEqualTo(new Reply.Removed(1, false));
    assertThat(queue.counts().completed()).isEqualTo(1);
    assertThat(other.counts().completed()).isEqualTo(1);
  }

  @Test
  void weakness10AnAbsurdPullCountIsRefused() {
    var absurd = new Command.PullJobs(queue.name(), Integer.MAX_VALUE, 0);
    Assertions.assertThatThrownBy(() -> Rules.checked(absurd))
        .isInstanceOf(InvalidValueException.class)
        .extracting(e -> ((InvalidValueException) e).code())
        .isEqualTo(ErrorCode.BATCH_TOO_LARGE);
  }

  @Test
  void weakness11AStaleWorkerCannotAckANewerDelivery() {
    queue.push("a");
    JobView stale = queue.mustPull();
    cluster.advance(ofMillis(Limits.LEASE_MS));
    JobView current = queue.mustPull();
    Reply.Acked refused = (Reply.Acked) queue.ack(stale);
    assertThat(refused.count()).isZero();
    assertThat(refused.failures().getFirst().refusal().code()).isEqualTo(ErrorCode.LEASE_LOST);
    EngineFixture.refused(queue.fail(stale, "late"), ErrorCode.LEASE_LOST);
    assertThat(queue.ack(current)).isEqualTo(new Reply.Acked(1, List.of()));
  }

  @Test
  void aReleasedDependentIsReallyWaiting() {
    JobId awaited = queue.push("a");
    JobId waiting = queue.push("b", o -> o.dependsOn(List.of(awaited)));
    queue.ack(queue.mustPull());
    assertThat(cluster.state(waiting)).isEqualTo(JobState.WAITING);
    assertThat(cluster.apply(new Command.ChangePriority(waiting, 3))).isEqualTo(Reply.Done.DONE);
    assertThat(cluster.apply(new Command.CancelJob(waiting))).isEqualTo(Reply.Done.DONE);
  }

  @Test
  void aDeadJobLetsGoOfItsUniqueKey() {
    queue.push("a", o -> o.uniqueKey("k").maxAttempts(1));
    queue.fail(queue.mustPull(), "no");
    queue.push("b", o -> o.uniqueKey("k"));
    Reply reply = cluster.apply(new Command.RetryDeadJobs(queue.name(), new JobId(1), 1));
    EngineFixture.refused(reply, ErrorCode.DUPLICATE_KEY);
  }

  @Test
  void queuesAreListedWhateverTheirJobsDo() {
    cluster.queue("paused").push("x");
    cluster.queue("paused").pullAll();
    cluster.apply(
        new Command.SetPaused(
            new dev.flashq.statemachine.QueueName("never used".replace(' ', '-')), true));
    assertThat(cluster.engine().ask(new Query.ListQueues(null, 10)).queues())
        .extracting(view -> view.name().value())
        .containsExactly("never-used", "paused");
  }
}
