package dev.flashq.statemachine.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A queue that holds nothing and has no settings is forgotten after a while. */
class IdleQueuesTest extends WithEngine {
  @Test
  void goesTenMinutesAfterItBecameIdle() {
    push();
    cluster.advance(ofMinutes(1));
    take();
    cluster.advance(ofMinutes(10).minusMillis(1));
    assertThat(known()).containsExactly("q");
    cluster.advance(ofMillis(1));
    assertThat(known()).isEmpty();
    cluster.restart();
    assertThat(known()).isEmpty();
    assertThat(cluster.engine().nextTimerDue()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void comesBackWithTheNextPush() {
    push();
    take();
    cluster.advance(ofMinutes(10));
    JobId id = push();
    assertThat(known()).containsExactly("q");
    assertThat(queue.mustPull().id()).isEqualTo(id);
    cluster.restart();
    assertThat(queue.counts().active()).isEqualTo(1);
  }

  @Test
  void isIdleFromItsLastUseOn() {
    push();
    take();
    cluster.advance(ofMinutes(9));
    push();
    cluster.advance(ofSeconds(30));
    take();
    cluster.restart();
    cluster.advance(ofMinutes(10).minusMillis(1));
    assertThat(known()).containsExactly("q");
    cluster.advance(ofMillis(1));
    assertThat(known()).isEmpty();
  }

  @Test
  void staysWithASetting() {
    var paused = new QueueName("paused");
    var rated = new QueueName("rated");
    var narrow = new QueueName("narrow");
    cluster.apply(new Command.SetPaused(paused, true));
    cluster.apply(new Command.SetRateLimit(rated, new RateLimit(5, 1000)));
    cluster.apply(new Command.SetConcurrency(narrow, 3));
    cluster.advance(ofMinutes(60));
    cluster.restart();
    assertThat(known()).containsExactly("narrow", "paused", "rated");

    cluster.apply(new Command.SetPaused(paused, false));
    cluster.apply(new Command.SetRateLimit(rated, null));
    cluster.apply(new Command.SetConcurrency(narrow, null));
    cluster.advance(ofMinutes(10));
    assertThat(known()).isEmpty();
  }

  @Test
  void staysWithAJobInAnyState() {
    JobId awaited = cluster.queue("waiting").push("a");
    cluster.queue("delayed").push("a", o -> o.delayMs(24 * 3_600_000));
    cluster.queue("blocked").push("a", o -> o.dependsOn(List.of(awaited)));
    cluster.queue("active").push("a", o -> o.stallTimeoutMs(24 * 3_600_000));
    cluster.queue("active").mustPull();
    cluster.queue("completed").push("a");
    cluster.queue("completed").ack(cluster.queue("completed").mustPull());
    cluster.queue("dead").push("a", o -> o.maxAttempts(1));
    cluster.queue("dead").fail(cluster.queue("dead").mustPull(), "no");
    cluster.advance(ofMinutes(60));
    assertThat(known())
        .containsExactly("active", "blocked", "completed", "dead", "delayed", "waiting");
  }

  @Test
  void staysWhileItRefusesWhatIsDebounced() {
    queue.push("a", o -> o.debounceId("d").debounceTtlMs(3_600_000).removeOnComplete(true));
    queue.ack(queue.mustPull());
    cluster.advance(ofMinutes(59));
    cluster.restart();
    assertThat(queue.tryPush("b", o -> o.debounceId("d"))).isInstanceOf(Reply.Refused.class);
    cluster.advance(ofMinutes(1));
    assertThat(known()).isEmpty();
  }

  @Test
  void makesRoomForOthersInAFullCluster() {
    for (int i = 0; i < Limits.QUEUES; ) {
      var pushes = new Command[1000];
      for (int j = 0; j < pushes.length; j++, i++) {
        pushes[j] = cluster.queue("q" + i).pushCommand("x", o -> o.ttlMs(1000));
      }
      cluster.applyTogether(pushes);
      cluster.log().clear();
    }
    EngineFixture.refused((Reply.Refused) queue.tryPush("x", o -> o), ErrorCode.LIMIT_EXCEEDED);

    cluster.advance(ofSeconds(1));
    EngineFixture.refused((Reply.Refused) queue.tryPush("x", o -> o), ErrorCode.LIMIT_EXCEEDED);
    cluster.advance(ofMinutes(10));
    assertThat(known()).isEmpty();
    push();
    assertThat(known()).containsExactly("q");
  }

  private JobId push() {
    return queue.push("x", o -> o.removeOnComplete(true));
  }

  private void take() {
    JobId id = queue.mustPull().id();
    cluster.apply(new Command.AckJobs(List.of(new Command.Ack(new Claim(id, 0), null))));
  }

  private List<String> known() {
    return cluster.engine().ask(new Query.ListQueues(null, 100)).queues().stream()
        .map(view -> view.name().value())
        .toList();
  }
}
