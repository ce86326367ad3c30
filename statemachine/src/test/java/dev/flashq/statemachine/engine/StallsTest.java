package dev.flashq.statemachine.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Workers that are lost: that says little about their jobs, until it happens again and again. */
class StallsTest extends WithEngine {
  @Test
  void aStallIsNoAttempt() {
    JobId id = queue.push("a", o -> o.maxAttempts(1));
    stall(2);
    assertThat(cluster.job(id).stalls()).isEqualTo(2);
    assertThat(cluster.job(id).attempts()).isZero();

    queue.fail(queue.mustPull(), "no");
    assertThat(cluster.state(id)).isEqualTo(JobState.FAILED);
    assertThat(cluster.job(id).attempts()).isEqualTo(1);
    assertThat(cluster.job(id).error()).isEqualTo("no");
  }

  @Test
  void aFailureIsNoStall() {
    JobId id = queue.push("a", o -> o.maxAttempts(3));
    stall(2);
    queue.fail(queue.mustPull(), "no");
    queue.fail(queue.mustPull(), "no");
    assertThat(cluster.job(id).stalls()).isEqualTo(2);
    assertThat(cluster.job(id).attempts()).isEqualTo(2);
    cluster.advance(ofMillis(Limits.FAILURE_PAUSE_MS));
    stall(1);
    assertThat(cluster.job(id).error()).isEqualTo("Job stalled");
  }

  @Test
  void theThirdStallEndsAJobWithFewAttempts() {
    JobId id = queue.push("a", o -> o.maxAttempts(2));
    stall(2);
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
    cluster.restart();
    stall(1);
    assertThat(cluster.state(id)).isEqualTo(JobState.FAILED);
    assertThat(cluster.ended()).containsExactly(id);
  }

  @Test
  void aJobWithMoreAttemptsMayStallAsOften() {
    JobId id = queue.push("a", o -> o.maxAttempts(5));
    stall(4);
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
    stall(1);
    assertThat(cluster.state(id)).isEqualTo(JobState.FAILED);
  }

  @Test
  void aJobWithoutALimitOfAttemptsIsNeverEndedByStalls() {
    JobId id = queue.push("a");
    stall(50);
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
    assertThat(cluster.job(id).stalls()).isEqualTo(50);
  }

  @Test
  void aDeadJobThatIsRetriedMayStallAnew() {
    JobId id = queue.push("a", o -> o.maxAttempts(1));
    stall(3);
    cluster.apply(new Command.RetryDeadJobs(queue.name(), id, 1));
    assertThat(cluster.job(id).stalls()).isZero();
    stall(2);
    assertThat(cluster.state(id)).isEqualTo(JobState.WAITING);
  }

  @Test
  void theMatesOfAJobThatKillsItsWorkersSurvive() {
    for (int i = 0; i < 10; i++) {
      String data = i == 4 ? "killer" : "mate";
      queue.push(data, o -> o.maxAttempts(1));
    }
    var done = new ArrayList<JobView>();
    for (List<JobView> batch = queue.pull(10); !batch.isEmpty(); batch = queue.pull(10)) {
      if (batch.stream().map(QueueFixture::data).anyMatch("killer"::equals)) {
        cluster.advance(ofMillis(Limits.LEASE_MS));
      } else {
        batch.forEach(queue::ack);
        done.addAll(batch);
      }
    }
    assertThat(done).extracting(QueueFixture::data).hasSize(9).containsOnly("mate");
    assertThat(queue.counts().completed()).isEqualTo(9);
    assertThat(queue.counts().failed()).isEqualTo(1);
  }

  @Test
  void aJobThatStalledTwiceGoesAloneWhereverItStands() {
    queue.push("a");
    stall(2);
    queue.push("before", o -> o.priority(1));
    queue.push("behind");
    assertThat(queue.pull(10)).extracting(QueueFixture::data).containsExactly("before");
    assertThat(queue.pull(10)).extracting(QueueFixture::data).containsExactly("a");
    assertThat(queue.pull(10)).extracting(QueueFixture::data).containsExactly("behind");
  }

  @Test
  void aJobThatStalledOnceGoesWithOthers() {
    queue.push("a");
    queue.push("b");
    stall(1);
    assertThat(queue.pull(10)).hasSize(2);
  }

  /** The queue's first job is delivered and its worker lost, so often. */
  private void stall(int times) {
    for (int i = 0; i < times; i++) {
      queue.mustPull();
      cluster.advance(ofSeconds(90));
    }
  }
}
