package dev.flashq.statemachine.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What depends on a job that nobody knows any more runs only if that one had completed. */
class DependenciesOfTheGoneTest extends WithEngine {
  private QueueFixture parents;

  @BeforeEach
  void openParents() {
    parents = cluster.queue("parents");
  }

  @Test
  void aCancelledParent() {
    JobId parent = parents.push("p");
    cluster.apply(new Command.CancelJob(parent));
    isInVain(parent);
  }

  @Test
  void aCancelledParentThatWasActive() {
    JobId parent = parents.push("p", o -> o.removeOnComplete(true));
    parents.mustPull();
    cluster.apply(new Command.CancelJob(parent));
    isInVain(parent);
  }

  @Test
  void aDrainedParent() {
    JobId parent = parents.push("p");
    cluster.apply(new Command.DrainQueue(parents.name(), Long.MAX_VALUE, 10));
    isInVain(parent);
  }

  @Test
  void anExpiredParent() {
    JobId parent = parents.push("p", o -> o.ttlMs(1000));
    cluster.advance(ofSeconds(1));
    isInVain(parent);
  }

  @Test
  void aParentThatIsNotKeptWhenItFails() {
    JobId parent = parents.push("p", o -> o.removeOnFail(true).maxAttempts(1));
    parents.fail(parents.mustPull(), "no");
    isInVain(parent);
  }

  @Test
  void aDeadParentThatIsCleaned() {
    JobId parent = parents.push("p", o -> o.maxAttempts(1));
    parents.fail(parents.mustPull(), "no");
    clean(JobState.FAILED);
    isInVain(parent);
  }

  @Test
  void theParentsOfAnObliteratedQueue() {
    JobId waiting = parents.push("p");
    JobId completed = parents.push("p", o -> o.priority(1));
    parents.ack(parents.mustPull());
    for (JobState state : JobState.values()) {
      clean(state);
    }
    cluster.apply(new Command.ForgetQueue(parents.name()));
    isInVain(waiting);
    isDone(completed);
  }

  @Test
  void aCompletedParentThatIsCleaned() {
    JobId parent = completed(parents.push("p"));
    clean(JobState.COMPLETED);
    isDone(parent);
  }

  @Test
  void aCompletedParentThatIsNotKept() {
    isDone(completed(parents.push("p", o -> o.removeOnComplete(true))));
  }

  @Test
  void aCompletedParentThatExpired() {
    JobId usual = completed(parents.push("p"));
    JobId named = completed(parents.push("p", o -> o.customId("c")));
    JobId aged = completed(parents.push("p", o -> o.keepCompletedAgeMs(1000)));
    cluster.advance(ofMillis(Limits.KEEP_COMPLETED_MS));
    isDone(usual);
    isDone(named);
    isDone(aged);
  }

  @Test
  void aCompletedParentThatWasOneTooMany() {
    JobId usual = completed(parents.push("p"));
    JobId aged = completed(parents.push("p", o -> o.keepCompletedAgeMs(60_000)));
    for (int i = 0; i < 2; i++) {
      completed(parents.push("next", o -> o.keepCompletedCount(1)));
    }
    isDone(usual);
    isDone(aged);
  }

  @Test
  void eachOfManyIsKnownByItself() {
    var done = new ArrayList<JobId>();
    var gone = new ArrayList<JobId>();
    for (int i = 0; i < 3000; i++) {
      (i % 3 == 0 ? done : gone).add(parents.push("p", o -> o.removeOnComplete(true)));
    }
    gone.forEach(id -> cluster.apply(new Command.CancelJob(id)));
    List<JobView> jobs = parents.pull(1000);
    cluster.apply(
        new Command.AckJobs(
            jobs.stream().map(job -> new Command.Ack(new Claim(job.id(), 0), null)).toList()));
    assertThat(jobs).extracting(JobView::id).containsExactlyElementsOf(done);
    cluster.restart();
    done.forEach(id -> queue.push("child", o -> o.dependsOn(List.of(id))));
    gone.forEach(this::isRefused);
  }

  @Test
  void aDeadChildWhoseParentIsGoneStaysDead() {
    JobId parent = parents.push("p");
    JobId child = queue.push("child", o -> o.dependsOn(List.of(parent)));
    cluster.apply(new Command.CancelJob(parent));
    EngineFixture.refused(
        cluster.apply(new Command.RetryDeadJobs(queue.name(), child, 1)), ErrorCode.WRONG_STATE);
  }

  private JobId completed(JobId id) {
    parents.ack(parents.mustPull());
    return id;
  }

  private void clean(JobState state) {
    cluster.apply(new Command.RemoveJobs(parents.name(), state, 0, Long.MAX_VALUE, 100));
  }

  private void isInVain(JobId parent) {
    assertThat(cluster.find(parent)).isNull();
    isRefused(parent);
    cluster.restart();
    isRefused(parent);
    assertThat(queue.pull()).isNull();
  }

  private void isRefused(JobId parent) {
    EngineFixture.refused(
        (Refused) queue.tryPush("child", o -> o.dependsOn(List.of(parent))), ErrorCode.WRONG_STATE);
  }

  private void isDone(JobId parent) {
    assertThat(cluster.find(parent)).isNull();
    queue.push("child", o -> o.dependsOn(List.of(parent)));
    queue.ack(queue.mustPull());
    cluster.restart();
    queue.push("child", o -> o.dependsOn(List.of(parent)));
    queue.ack(queue.mustPull());
  }
}
