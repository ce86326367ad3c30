package dev.flashq.statemachine.engine;

import static dev.flashq.statemachine.engine.EngineFixture.QueueFixture.data;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A job that comes back is still before those that were behind it. */
class PlacesTest extends WithEngine {
  @Test
  void aReleasedJobIsTheNextOne() {
    keepsTheOrderOverARelease(o -> o);
  }

  @Test
  void aReleasedJobIsTheNextOneOfItsGroup() {
    keepsTheOrderOverARelease(o -> o.groupId("g"));
  }

  @Test
  void aReleasedJobIsTheNextOneOfAStack() {
    queue.push("3", o -> o.lifo(true));
    queue.push("2", o -> o.lifo(true));
    queue.push("1", o -> o.lifo(true));
    release(queue.pull(2));
    assertThat(queue.pullAll()).containsExactly("1", "2", "3");
  }

  private void keepsTheOrderOverARelease(UnaryOperator<JobOptions.Builder> options) {
    queue.push("1", options);
    queue.push("2", options);
    queue.push("3", options);
    release(queue.pull(1));
    cluster.restart();
    release(queue.pull(1));

    for (String next : List.of("1", "2", "3")) {
      JobView job = queue.mustPull();
      assertThat(data(job)).isEqualTo(next);
      queue.ack(job);
    }
  }

  @Test
  void aReleasedBatchStandsAsItStood() {
    pushNumbered(5);
    release(queue.pull(4).reversed());
    assertThat(queue.pullAll()).containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void theFirstOfManyThatStallsComesFirstAgain() {
    JobId first = queue.push("first", o -> o.stallTimeoutMs(1000));
    pushNumbered(2000);
    assertThat(queue.mustPull().id()).isEqualTo(first);
    cluster.advance(ofSeconds(1));
    assertThat(queue.mustPull().id()).isEqualTo(first);
  }

  @Test
  void aFailedJobComesFirstAgainAfterItsPause() {
    queue.push("flaky", o -> o.backoffMs(500).fixedBackoff(true));
    pushNumbered(3);
    queue.fail(queue.mustPull(), "no");
    assertThat(data(queue.mustPull())).isEqualTo("1");
    cluster.restart();
    cluster.advance(ofMillis(500));
    assertThat(queue.pullAll()).containsExactly("flaky", "2", "3");
  }

  @Test
  void aFailedJobThatIsPromotedComesFirst() {
    JobId id = queue.push("flaky", o -> o.backoffMs(60_000));
    pushNumbered(2);
    queue.fail(queue.mustPull(), "no");
    cluster.apply(new Command.PromoteJob(id));
    assertThat(queue.pullAll()).containsExactly("flaky", "1", "2");
  }

  @Test
  void aSignOfLifeDoesNotLoseThePlace() {
    pushNumbered(2);
    JobView job = queue.mustPull();
    cluster.apply(new Command.RenewLease(claim(job)));
    cluster.apply(new Command.ReportProgress(claim(job), 50, null));
    release(List.of(job));
    assertThat(queue.pullAll()).containsExactly("1", "2");
  }

  @Test
  void aJobThatItsWorkerPutOffTakesANewPlace() {
    pushNumbered(3);
    cluster.apply(new Command.MoveToDelayed(claim(queue.mustPull()), 0));
    cluster.apply(new Command.MoveToDelayed(claim(queue.mustPull()), 1000));
    cluster.advance(ofSeconds(1));
    assertThat(queue.pullAll()).containsExactly("3", "1", "2");
  }

  @Test
  void aDeadLetterThatIsRetriedTakesANewPlace() {
    JobId dead = queue.push("dead", o -> o.maxAttempts(1));
    pushNumbered(2);
    queue.fail(queue.mustPull(), "no");
    cluster.apply(new Command.RetryDeadJobs(queue.name(), dead, 1));
    assertThat(queue.pullAll()).containsExactly("1", "2", "dead");
  }

  @Test
  void aNewPriorityHoldsForTheOldPlace() {
    pushNumbered(3);
    List<JobView> held = queue.pull(2);
    cluster.apply(new Command.ChangePriority(held.getFirst().id(), -1));
    release(held);
    assertThat(queue.pullAll()).containsExactly("2", "3", "1");
  }

  private void pushNumbered(int count) {
    Command[] pushes = new Command[count];
    for (int i = 0; i < count; i++) {
      pushes[i] = queue.pushCommand("" + (i + 1), o -> o);
    }
    cluster.applyTogether(pushes);
  }

  private void release(List<JobView> jobs) {
    cluster.apply(new Command.ReleaseJobs(jobs.stream().map(PlacesTest::claim).toList()));
  }

  private static Claim claim(JobView job) {
    return new Claim(job.id(), job.lease());
  }
}
