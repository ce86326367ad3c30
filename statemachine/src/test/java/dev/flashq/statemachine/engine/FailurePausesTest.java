package dev.flashq.statemachine.engine;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import org.junit.jupiter.api.Test;

/** A job that fails again and again rests a little longer each time, whatever its backoff. */
class FailurePausesTest extends WithEngine {
  @Test
  void aJobThatFailsAtOnceDoesNotTakeEveryDelivery() {
    JobId hasty = queue.push("hasty", o -> o.priority(10));
    for (int i = 0; i < 900; i++) {
      queue.push("calm");
    }
    int deliveries = 0;
    for (int i = 0; i < 1000; i++) {
      JobView job = queue.pull();
      if (job != null && job.id().equals(hasty)) {
        deliveries++;
        queue.fail(job, "no");
      } else if (job != null) {
        queue.ack(job);
      }
      cluster.advance(ofMillis(10));
    }
    assertThat(deliveries).isBetween(8, 14);
    assertThat(queue.counts().completed()).isEqualTo(900);
  }

  @Test
  void thePauseDoublesFromTheSecondFailureUpToTenSeconds() {
    JobId id = queue.push("hasty");
    queue.fail(queue.mustPull(), "no");
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
    long pause = 10;
    for (int failure = 2; failure < 20; failure++) {
      queue.fail(queue.mustPull(), "no");
      assertThat(cluster.job(id).runAt()).isEqualTo(cluster.now() + pause);
      cluster.advance(ofMillis(pause - 1));
      assertThat(queue.pull()).isNull();
      cluster.advance(ofMillis(1));
      pause = Math.min(2 * pause, 10_240);
    }
    assertThat(pause).isEqualTo(10_240);
  }

  @Test
  void aLongerBackoffStaysAsItIs() {
    JobId id = queue.push("patient", o -> o.backoffMs(15).fixedBackoff(true));
    for (long pause : new long[] {15, 15, 20, 40}) {
      queue.fail(queue.mustPull(), "no");
      assertThat(cluster.job(id).runAt()).isEqualTo(cluster.now() + pause);
      cluster.advance(ofMillis(pause));
    }
  }

  @Test
  void aTimeoutIsAFailureToo() {
    JobId id = queue.push("slow", o -> o.timeoutMs(100));
    queue.mustPull();
    cluster.advance(ofMillis(100));
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
    queue.mustPull();
    cluster.advance(ofMillis(100));
    assertThat(cluster.state(id)).isEqualTo(JobState.DELAYED);
  }
}
