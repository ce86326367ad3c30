package dev.flashq.statemachine.engine;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands over many jobs, one bounded part after the other; and queues that come and go. */
class BulkCommandsTest extends WithEngine {
  private void pushMany(int jobs, int priority) {
    for (int left = jobs; left > 0; left -= 1000) {
      var options = JobOptions.builder().priority(priority).build();
      var job = new NewJob(Payload.json("1"), options);
      cluster.apply(
          new Command.PushJobs(queue.name(), Collections.nCopies(Math.min(left, 1000), job)));
    }
  }

  /** Goes on until nothing is left to look at; answers how many were removed, part by part. */
  private List<Integer> clean(JobState state, long olderThanMs, int limit) {
    var parts = new ArrayList<Integer>();
    ByteString from = ByteString.EMPTY;
    Removed removed;
    do {
      removed =
          (Removed)
              cluster.apply(
                  new Command.RemoveJobs(
                      queue.name(), state, olderThanMs, Long.MAX_VALUE, limit, from));
      parts.add(removed.count());
      from = removed.next();
      assertThat(removed.more()).isEqualTo(!from.isEmpty());
    } while (removed.more());
    return parts;
  }

  @Test
  void cleaningPassesOverYoungJobsHoweverManyStandInFront() {
    JobId old = queue.push("old");
    cluster.advance(ofSeconds(10));
    pushMany(45_000, 10);

    assertThat(clean(JobState.WAITING, 5000, 1)).containsExactly(0, 0, 1);
    assertThat(cluster.state(old)).isNull();
    assertThat(queue.counts().waiting()).isEqualTo(45_000);
  }

  @Test
  void removesAFrontThatSteppedBackBetweenTwoParts() {
    JobId front = queue.push("a", o -> o.groupId("g"));
    queue.push("b", o -> o.groupId("g"));
    cluster.advance(ofSeconds(1));
    ByteString from =
        ((Removed)
                cluster.apply(
                    new Command.RemoveJobs(
                        queue.name(), JobState.WAITING, 500, Long.MAX_VALUE, 1, ByteString.EMPTY)))
            .next();
    queue.push("better", o -> o.groupId("g").priority(10));
    cluster.apply(
        new Command.RemoveJobs(queue.name(), JobState.WAITING, 500, Long.MAX_VALUE, 9, from));

    assertThat(cluster.state(front)).isNull();
    assertThat(queue.counts().waiting()).isEqualTo(1);
  }

  /** Pushed long ago, it would be gone before anybody could look at it. */
  @Test
  void cleaningLeavesADeadJobThatWasRetriedAMomentAgo() {
    JobId retried = queue.push("a", o -> o.maxAttempts(1));
    queue.fail(queue.mustPull(), "no");
    JobId old = queue.push("b");
    cluster.advance(ofHours(1));
    cluster.apply(new Command.RetryDeadJobs(queue.name(), retried, 1));

    assertThat(clean(JobState.WAITING, 60_000, 10)).containsExactly(1);
    assertThat(cluster.state(old)).isNull();
    assertThat(cluster.state(retried)).isEqualTo(JobState.WAITING);
    cluster.advance(ofSeconds(60));
    assertThat(clean(JobState.WAITING, 60_000, 10)).containsExactly(1);
  }

  @Test
  void cleaningAsksHowLongAJobHasBeenInItsState() {
    QueueFixture parents = cluster.queue("parents");
    JobId parent = parents.push("p");
    JobId grown = queue.push("was delayed", o -> o.delayMs(3_600_000));
    queue.push("was blocked", o -> o.dependsOn(List.of(parent)));
    queue.push("was active", o -> o.priority(1));
    cluster.advance(ofHours(1));
    parents.ack(parents.mustPull());
    JobView active = queue.mustPull();
    cluster.apply(new Command.ReleaseJobs(List.of(new Claim(active.id(), active.lease()))));
    assertThat(queue.counts().waiting()).isEqualTo(3);
    assertThat(clean(JobState.WAITING, 1000, 10)).containsExactly(0);

    cluster.advance(ofSeconds(1));
    queue.mustPull();
    JobView last = queue.mustPull();
    assertThat(last.id()).isEqualTo(grown);
    cluster.apply(new Command.MoveToDelayed(new Claim(last.id(), last.lease()), 60_000));
    assertThat(clean(JobState.DELAYED, 1000, 10)).containsExactly(0);
    assertThat(clean(JobState.ACTIVE, 1000, 10)).containsExactly(0);
    assertThat(clean(JobState.WAITING, 1000, 10)).containsExactly(1);

    cluster.advance(ofSeconds(1));
    assertThat(clean(JobState.DELAYED, 1000, 10)).containsExactly(1);
    assertThat(clean(JobState.ACTIVE, 1000, 10)).containsExactly(1);
  }

  @Test
  void cleaningTakesOneOfFew() {
    JobId old = queue.push("old");
    cluster.advance(ofSeconds(10));
    pushMany(4, 10);

    assertThat(
            cluster.apply(
                new Command.RemoveJobs(queue.name(), JobState.WAITING, 5000, Long.MAX_VALUE, 1)))
        .isEqualTo(new Removed(1, false));
    assertThat(cluster.state(old)).isNull();
  }

  @Test
  void cleaningGoesThroughGroupsAndThenTheOthers() {
    queue.push("a", o -> o.groupId("g"));
    queue.push("b", o -> o.groupId("g"));
    queue.push("c");
    assertThat(clean(JobState.WAITING, 0, 1)).startsWith(1, 1, 1);
    assertThat(queue.counts().waiting()).isZero();
  }

  @Test
  void aDrainGoesOnWithDelayedJobs() {
    queue.push("a");
    queue.push("b", o -> o.delayMs(1000));
    Removed first =
        (Removed) cluster.apply(new Command.DrainQueue(queue.name(), Long.MAX_VALUE, 1));
    assertThat(first.count()).isOne();
    assertThat(first.more()).isTrue();
    Reply second =
        cluster.apply(new Command.DrainQueue(queue.name(), Long.MAX_VALUE, 5, first.next()));
    assertThat(second).isEqualTo(new Removed(1, false));
  }

  @Test
  void oneCommandTakesAwayABoundedNumberOfDependencies() {
    var awaited = new ArrayList<JobId>();
    for (int i = 0; i < 1000; i++) {
      awaited.add(queue.push("a"));
    }
    QueueFixture waiting = cluster.queue("w");
    for (int i = 0; i < 30; i++) {
      waiting.push("b", o -> o.dependsOn(awaited));
    }
    Removed removed =
        (Removed)
            cluster.apply(
                new Command.RemoveJobs(
                    waiting.name(), JobState.WAITING_CHILDREN, 0, Long.MAX_VALUE, 5000));
    assertThat(removed.count()).isEqualTo(20);
    assertThat(removed.more()).isTrue();

    discardAll(waiting);
    Removed revived =
        (Removed) cluster.apply(new Command.RetryDeadJobs(waiting.name(), null, 5000));
    assertThat(revived.count()).isEqualTo(10);
    for (int i = 0; i < 30; i++) {
      waiting.push("c", o -> o.dependsOn(awaited));
    }
    discardAll(waiting);
    assertThat(waiting.counts().failed()).isEqualTo(40);
    revived = (Removed) cluster.apply(new Command.RetryDeadJobs(waiting.name(), null, 5000));
    assertThat(revived.count()).isEqualTo(20);
    assertThat(revived.more()).isTrue();
  }

  private void discardAll(QueueFixture waiting) {
    cluster
        .engine()
        .ask(new Query.ListJobs(waiting.name(), JobState.WAITING_CHILDREN, 100, 0))
        .jobs()
        .forEach(job -> cluster.apply(new Command.DiscardJob(new Claim(job.id(), 0))));
  }

  @Test
  void aDeadJobThatWaitedWaitsAgain() {
    JobId first = queue.push("a", o -> o.maxAttempts(1));
    JobId second = queue.push("b", o -> o.dependsOn(List.of(first)));
    queue.mustPull();
    cluster.apply(new Command.FailJob(new Claim(first, 0), "no"));
    assertThat(cluster.state(second)).isEqualTo(JobState.FAILED);

    Reply alone = cluster.apply(new Command.RetryDeadJobs(queue.name(), second, 1));
    assertThat(alone)
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.WRONG_STATE));

    assertThat(cluster.apply(new Command.RetryDeadJobs(queue.name(), null, 10)))
        .isEqualTo(new Removed(2, false));
    assertThat(cluster.state(first)).isEqualTo(JobState.WAITING);
    assertThat(cluster.state(second)).isEqualTo(JobState.WAITING_CHILDREN);
    queue.ack(queue.mustPull());
    assertThat(cluster.state(second)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aDiscardedJobThatIsRetriedWaitsForWhatItWaitedFor() {
    JobId first = queue.push("a");
    JobId second = queue.push("b", o -> o.dependsOn(List.of(first)));
    cluster.apply(new Command.DiscardJob(new Claim(second, 0)));
    cluster.apply(new Command.RetryDeadJobs(queue.name(), second, 1));
    assertThat(cluster.state(second)).isEqualTo(JobState.WAITING_CHILDREN);
    queue.ack(queue.mustPull());
    assertThat(queue.mustPull().id()).isEqualTo(second);
  }

  @Test
  void aDiscardedJobIsLeftAloneByWhatItWaitedFor() {
    JobId first = queue.push("a");
    JobId other = queue.push("b");
    JobId waiting = queue.push("c", o -> o.dependsOn(List.of(first, other)));
    cluster.apply(new Command.DiscardJob(new Claim(waiting, 0)));
    queue.ack(queue.mustPull());
    cluster.apply(new Command.RetryDeadJobs(queue.name(), waiting, 1));
    assertThat(cluster.state(waiting)).isEqualTo(JobState.WAITING_CHILDREN);
    queue.ack(queue.mustPull());
    assertThat(cluster.state(waiting)).isEqualTo(JobState.WAITING);
  }

  @Test
  void anEndedLeaseFinishesNothing() {
    queue.push("a", o -> o.stallTimeoutMs(1000));
    JobView held = queue.mustPull();
    cluster.advance(ofSeconds(1));
    assertThat(cluster.state(held.id())).isEqualTo(JobState.WAITING);
    var claim = new Claim(held.id(), held.lease());
    for (Command command :
        List.of(
            new Command.DiscardJob(claim),
            new Command.FailJob(claim, "late"),
            new Command.RenewLease(claim),
            new Command.MoveToDelayed(claim, 1000))) {
      assertThat(cluster.apply(command))
          .as(command.toString())
          .isInstanceOfSatisfying(
              Refused.class, refused -> assertThat(refused.code()).isEqualTo(ErrorCode.LEASE_LOST));
    }
    assertThat(cluster.state(held.id())).isEqualTo(JobState.WAITING);
  }

  @Test
  void whatChangesNothingMakesNoQueueKnown() {
    var ghost = new QueueName("ghost");
    cluster.apply(new Command.SetPaused(ghost, false));
    cluster.apply(new Command.SetRateLimit(ghost, null));
    cluster.apply(new Command.SetConcurrency(ghost, null));
    cluster.apply(new Command.ForgetQueue(ghost));
    cluster.apply(
        new Command.PushJobs(
            ghost,
            List.of(
                new NewJob(
                    Payload.json("1"),
                    JobOptions.builder().dependsOn(List.of(new JobId(999))).build()))));
    assertThat(known()).isEmpty();
  }

  @Test
  void aForgottenQueueIsGoneAndMayComeBack() {
    queue.push("a", o -> o.keepCompletedAgeMs(5000).debounceId("d"));
    queue.ack(queue.mustPull());
    cluster.apply(new Command.SetPaused(queue.name(), true));
    cluster.apply(new Command.ForgetQueue(queue.name()));
    assertThat(known()).as("it holds a job").containsExactly("q");
    assertThat(queue.counts().paused()).isFalse();

    clean(JobState.COMPLETED, 0, 10);
    cluster.apply(new Command.ForgetQueue(queue.name()));
    assertThat(known()).isEmpty();
    cluster.restart();
    assertThat(known()).isEmpty();

    JobId again = queue.push("b", o -> o.debounceId("d"));
    cluster.advance(ofSeconds(10));
    assertThat(queue.mustPull().id()).isEqualTo(again);
    assertThat(known()).containsExactly("q");
  }

  private List<String> known() {
    return cluster.engine().ask(new Query.ListQueues(null, 100)).queues().stream()
        .map(view -> view.name().value())
        .toList();
  }
}
