package dev.flashq.statemachine.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Where two features meet. */
class CornerCasesTest extends WithEngine {
  @Test
  void aJobWhoseTimeToLiveEndsWhileItRunsIsNotDeliveredAgainAfterAFailure() {
    expiresWhenGivenBack(job -> queue.fail(job, "too late"));
  }

  @Test
  void aJobWhoseTimeToLiveEndsWhileItRunsIsNotDeliveredAgainAfterAStall() {
    expiresWhenGivenBack(job -> cluster.advance(ofSeconds(90)));
  }

  @Test
  void aJobWhoseTimeToLiveEndsWhileItRunsIsNotDeliveredAgainAfterARelease() {
    expiresWhenGivenBack(
        job -> cluster.apply(new Command.ReleaseJobs(List.of(new Claim(job.id(), job.lease())))));
  }

  @Test
  void aJobWhoseTimeToLiveEndsWhileItRunsIsNotDelayed() {
    expiresWhenGivenBack(
        job -> cluster.apply(new Command.MoveToDelayed(new Claim(job.id(), job.lease()), 1000)));
  }

  private void expiresWhenGivenBack(Consumer<JobView> giveBack) {
    JobId id = queue.push("stale", o -> o.ttlMs(1000).uniqueKey("k").customId("c"));
    JobView job = queue.mustPull();
    cluster.advance(ofMillis(1000));
    assertThat(cluster.state(id)).isEqualTo(JobState.ACTIVE);

    giveBack.accept(job);

    assertThat(cluster.find(id)).isNull();
    queue.push("fresh", o -> o.uniqueKey("k").customId("c"));
  }

  @Test
  void aRetriedDeadJobHasOutlivedItsTimeToLive() {
    JobId id = queue.push("x", o -> o.ttlMs(1000).maxAttempts(1));
    queue.fail(queue.mustPull(), "no");
    cluster.apply(new Command.RetryDeadJobs(queue.name(), id, 1));
    cluster.advance(ofSeconds(60));
    JobView again = queue.mustPull();
    assertThat(again.id()).isEqualTo(id);
    cluster.apply(new Command.ReleaseJobs(List.of(new Claim(id, again.lease()))));
    assertThat(queue.mustPull().id()).isEqualTo(id);
  }

  @Test
  void aDependentThatIsToBeRemovedOnFailureIsRemoved() {
    JobId awaited = queue.push("a");
    JobId waiting = queue.push("b", o -> o.dependsOn(List.of(awaited)).removeOnFail(true));
    cluster.apply(new Command.CancelJob(awaited));
    assertThat(cluster.find(waiting)).isNull();
    assertThat(cluster.ended()).contains(waiting);
    assertThat(queue.counts().failed()).isZero();
  }

  @Test
  void pagesShowEachJobOfAGroupOnce() {
    var pushed = new ArrayList<JobId>();
    for (int i = 0; i < 12; i++) {
      String group = "g" + i % 4;
      pushed.add(queue.push("j" + i, o -> o.groupId(group)));
    }
    var listed = new ArrayList<JobId>();
    for (int offset = 0; offset < 12; offset += 3) {
      cluster
          .engine()
          .ask(new Query.ListJobs(queue.name(), JobState.WAITING, 3, offset))
          .jobs()
          .forEach(job -> listed.add(job.id()));
    }
    assertThat(listed).containsExactlyInAnyOrderElementsOf(pushed);
  }
}
