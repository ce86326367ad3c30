package dev.flashq.statemachine.engine;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobView;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No window of a limit's duration holds more deliveries than it allows. */
class RateLimitsTest extends WithEngine {
  @Test
  void noWindowHoldsMoreWhateverHappensMeanwhile() {
    var random = new Random(11);
    var delivered = new ArrayList<Long>();
    pushMany(200);
    queue.limitRate(2, ofSeconds(3));
    long end = cluster.now() + 180_000;
    while (cluster.now() < end) {
      switch (random.nextInt(50)) {
        case 0 -> cluster.restart();
        case 1, 2, 3, 4 -> queue.limitRate(2, ofSeconds(3));
        default -> cluster.advance(ofMillis(random.nextInt(400)));
      }
      for (JobView job : queue.pull(1 + random.nextInt(5))) {
        delivered.add(cluster.now());
        finish(job, random.nextInt(3));
      }
    }
    for (int i = 2; i < delivered.size(); i++) {
      assertThat(delivered.get(i) - delivered.get(i - 2)).isGreaterThanOrEqualTo(3000);
    }
    assertThat(delivered).hasSizeGreaterThan(90);
  }

  private void finish(JobView job, int how) {
    switch (how) {
      case 0 -> queue.ack(job);
      case 1 -> queue.fail(job, "no");
      default -> cluster.apply(new Command.ReleaseJobs(List.of(new Claim(job.id(), job.lease()))));
    }
  }

  @Test
  void settingALimitAgainCountsWhatHasGone() {
    pushMany(20);
    queue.limitRate(5, ofSeconds(10));
    assertThat(queue.pull(100)).hasSize(5);
    queue.limitRate(5, ofSeconds(10));
    assertThat(queue.pull(100)).isEmpty();
    queue.limitRate(7, ofSeconds(60));
    assertThat(queue.pull(100)).hasSize(2);
    queue.limitRate(3, ofSeconds(60));
    assertThat(queue.pull(100)).isEmpty();
  }

  @Test
  void aDeliveryUnderALongLimitDoesNotHoldAShortOneBack() {
    pushMany(3);
    queue.limitRate(1, ofHours(24));
    queue.mustPull();
    queue.limitRate(1, ofMillis(100));
    assertThat(queue.pull()).isNull();
    cluster.advance(ofMillis(102));
    queue.mustPull();
  }

  @Test
  void takingALimitBackForgets() {
    pushMany(20);
    queue.limitRate(5, ofSeconds(10));
    assertThat(queue.pull(100)).hasSize(5);
    cluster.apply(new Command.SetRateLimit(queue.name(), null));
    queue.limitRate(5, ofSeconds(10));
    assertThat(queue.pull(100)).hasSize(5);
  }

  @Test
  void unusedTimeIsNotSavedUp() {
    pushMany(20);
    queue.limitRate(5, ofSeconds(10));
    cluster.advance(ofSeconds(60));
    assertThat(queue.pull(100)).hasSize(5);
    cluster.advance(ofSeconds(9));
    assertThat(queue.pull(100)).isEmpty();
  }

  private void pushMany(int jobs) {
    for (int i = 0; i < jobs; i++) {
      queue.push("j" + i);
    }
  }
}
