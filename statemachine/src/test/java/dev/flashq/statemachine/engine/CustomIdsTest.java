package dev.flashq.statemachine.engine;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ids that senders give their jobs: one job of a queue has it, until it has completed. */
class CustomIdsTest extends WithEngine {
  @Test
  void eachQueueHasItsOwn() {
    QueueFixture other = cluster.queue("other");
    JobId here = push(queue);
    JobId there = push(other);
    assertThat(there).isNotEqualTo(here);
    assertThat(repeat(queue)).isEqualTo(here);
    assertThat(repeat(other)).isEqualTo(there);
  }

  @Test
  void aJobHasItWhateverItsStateUntilItHasCompleted() {
    JobId id = queue.push("a", o -> o.customId("c").delayMs(1000).maxAttempts(1));
    assertThat(repeat(queue)).isEqualTo(id);
    cluster.advance(ofSeconds(1));
    queue.mustPull();
    assertThat(repeat(queue)).isEqualTo(id);
    cluster.restart();
    cluster.apply(new Command.FailJob(new Claim(id, 0), "no"));
    assertThat(repeat(queue)).isEqualTo(id);
    cluster.apply(new Command.RetryDeadJobs(queue.name(), id, 1));
    queue.ack(queue.mustPull());
    assertThat(push(queue)).isNotEqualTo(id);
  }

  @Test
  void theJobThatTookItOverKeepsItWhenTheCompletedOneGoes() {
    JobId first = queue.push("a", o -> o.customId("c").keepCompletedAgeMs(1000));
    queue.ack(queue.mustPull());
    JobId second = push(queue);
    cluster.advance(ofSeconds(1));
    assertThat(cluster.find(first)).isNull();
    assertThat(repeat(queue)).isEqualTo(second);
    assertThat(found()).isEqualTo(second);

    cluster.apply(new Command.CancelJob(second));
    assertThat(found()).isNull();
  }

  @Test
  void theLatestOfAnyQueueIsFound() {
    JobId here = push(queue);
    assertThat(found()).isEqualTo(here);
    JobId there = push(cluster.queue("a-queue"));
    assertThat(found()).isEqualTo(there);
    cluster.apply(new Command.CancelJob(there));
    assertThat(found()).isEqualTo(here);

    queue.ack(queue.mustPull());
    assertThat(found()).as("it is known, though completed").isEqualTo(here);
    JobId next = push(queue);
    assertThat(found()).isEqualTo(next);
    assertThat(cluster.state(here)).isEqualTo(JobState.COMPLETED);
  }

  @Test
  void oneIdIsNotTheBeginningOfAnother() {
    push(queue);
    JobId longer = queue.push("b", o -> o.customId("cc"));
    assertThat(found()).isNotEqualTo(longer);
  }

  @Test
  void aBatchThatNamesItTwiceAddsOneJob() {
    NewJob job = queue.pushCommand("a", o -> o.customId("c")).jobs().getFirst();
    Pushed pushed = (Pushed) cluster.apply(new Command.PushJobs(queue.name(), List.of(job, job)));
    assertThat(pushed.outcomes())
        .containsExactly(
            new PushOutcome.Accepted(new JobId(1), false),
            new PushOutcome.Accepted(new JobId(1), true));
  }

  private static JobId push(QueueFixture queue) {
    return accepted(queue, false);
  }

  private static JobId repeat(QueueFixture queue) {
    return accepted(queue, true);
  }

  private static JobId accepted(QueueFixture queue, boolean existing) {
    var outcome = (PushOutcome.Accepted) queue.tryPush("x", o -> o.customId("c"));
    assertThat(outcome.existing()).isEqualTo(existing);
    return outcome.id();
  }

  private @Nullable JobId found() {
    var job = cluster.engine().ask(new Query.GetJobByCustomId("c")).job();
    return job == null ? null : job.id();
  }
}
