package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the end of a job means for those that wait for it. */
class CascadeTest extends WithEngine {
  @Test
  void thoseWhoWaitedGoInTheOrderInWhichTheyCame() {
    JobId root = queue.push("root");
    queue.push("first", o -> o.dependsOn(List.of(root)));
    queue.push("second", o -> o.dependsOn(List.of(root)));
    queue.push("urgent", o -> o.dependsOn(List.of(root)).priority(9));
    queue.ack(queue.mustPull());

    assertThat(queue.pullAll()).containsExactly("urgent", "first", "second");
  }

  @Test
  void aJobThatIsReachedOnTwoWaysIsBuriedOnce() {
    JobId top = queue.push("top");
    JobId left = queue.push("left", o -> o.dependsOn(List.of(top)));
    JobId right = queue.push("right", o -> o.dependsOn(List.of(top)));
    JobId bottom = queue.push("bottom", o -> o.dependsOn(List.of(left, right)));

    cluster.apply(new Command.CancelJob(top));

    assertThat(cluster.ended()).containsExactly(top, left, right, bottom);
    assertThat(cluster.job(bottom).error()).isEqualTo("Dependency " + left + " will not complete");
    assertThat(queue.counts().failed()).isEqualTo(3);
  }

  @Test
  void whoWaitsForTwoIsBuriedWhenTheSecondFailsThoughTheFirstCompleted() {
    JobId good = queue.push("good");
    JobId bad = queue.push("bad");
    JobId sum = queue.push("sum", o -> o.dependsOn(List.of(good, bad)));
    queue.ack(queue.mustPull());
    assertThat(cluster.state(sum)).isEqualTo(JobState.WAITING_CHILDREN);

    cluster.apply(new Command.CancelJob(bad));

    assertThat(cluster.end(sum)).isEqualTo(JobEnd.Without.FAILED);
    assertThat(cluster.job(sum).error()).isEqualTo("Dependency " + bad + " will not complete");
  }

  @Test
  void whoWasCancelledMeanwhileDoesNotComeBack() {
    JobId root = queue.push("root");
    JobId gone = queue.push("gone", o -> o.dependsOn(List.of(root)));
    queue.push("stays", o -> o.dependsOn(List.of(root)));
    cluster.apply(new Command.CancelJob(gone));

    queue.ack(queue.mustPull());

    assertThat(cluster.state(gone)).isNull();
    assertThat(queue.pullAll()).containsExactly("stays");
  }

  /** The attempts of the awaited job are its own affair. */
  @Test
  void aFailureThatIsRetriedBuriesNobody() {
    JobId root = queue.push("root", o -> o.maxAttempts(2).backoffMs(0));
    JobId leaf = queue.push("leaf", o -> o.dependsOn(List.of(root)));
    queue.fail(queue.mustPull(), "again");
    assertThat(cluster.state(leaf)).isEqualTo(JobState.WAITING_CHILDREN);

    JobView second = queue.mustPull();
    queue.ack(second);

    assertThat(second.id()).isEqualTo(root);
    assertThat(cluster.state(leaf)).isEqualTo(JobState.WAITING);
  }

  @Test
  void theEndOfAJobMakesTheQueueOfItsDependentReady() {
    QueueFixture other = cluster.queue("other");
    JobId root = queue.push("root");
    other.push("leaf", o -> o.dependsOn(List.of(root)));
    JobView held = queue.mustPull();
    cluster.woken().clear();

    queue.ack(held);

    assertThat(cluster.woken()).containsExactly(other.name());
    assertThat(other.pullAll()).containsExactly("leaf");
  }

  @Test
  void aBuriedJobLetsGoOfItsUniqueKey() {
    JobId root = queue.push("root");
    queue.push("leaf", o -> o.dependsOn(List.of(root)).uniqueKey("key"));
    cluster.apply(new Command.CancelJob(root));

    JobId next = queue.push("next", o -> o.uniqueKey("key"));

    assertThat(cluster.state(next)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aReleasedJobTakesItsPlaceBehindTheFrontOfItsGroup() {
    JobId root = queue.push("root");
    queue.push("leaf", o -> o.dependsOn(List.of(root)).groupId("g"));
    queue.push("front", o -> o.groupId("g"));
    queue.ack(queue.mustPull());

    assertThat(queue.pull(10)).extracting(QueueFixture::data).containsExactly("front");
  }
}
