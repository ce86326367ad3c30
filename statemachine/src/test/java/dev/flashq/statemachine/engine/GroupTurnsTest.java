package dev.flashq.statemachine.engine;

import static dev.flashq.statemachine.engine.EngineFixture.QueueFixture.data;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.store.KeysPassed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The groups of a priority take turns, however much waits in one. */
class GroupTurnsTest extends WithEngine {
  private static final int MANY = 100_000;

  private KeysPassed keys;

  @BeforeEach
  void count() {
    keys = new KeysPassed(folder.resolve("keys"));
  }

  @AfterEach
  void stopCounting() {
    keys.close();
  }

  @Test
  void takeTurns() {
    for (String job : List.of("a1", "a2", "a3", "b1", "b2", "c1")) {
      queue.push(job, o -> o.groupId(job.substring(0, 1)));
    }
    queue.push("free");
    assertThat(oneByOne(7)).containsExactly("a1", "b1", "c1", "free", "a2", "b2", "a3");
  }

  @Test
  void takeTurnsAmongJobsThatCameBeforeTheirTurn() {
    queue.push("a1", o -> o.groupId("a"));
    queue.push("a2", o -> o.groupId("a"));
    JobView first = queue.mustPull();
    queue.push("b1", o -> o.groupId("b"));
    queue.push("free");
    queue.ack(first);
    queue.push("late");
    assertThat(oneByOne(4)).containsExactly("b1", "free", "a2", "late");
  }

  @Test
  void aGreaterPriorityWaitsForNobodysTurn() {
    queue.push("a1", o -> o.groupId("a").priority(1));
    queue.push("a2", o -> o.groupId("a").priority(1));
    queue.push("b1", o -> o.groupId("b"));
    assertThat(oneByOne(3)).containsExactly("a1", "a2", "b1");
  }

  @Test
  void anotherPriorityOfItsOnlyJobMovesNoGroupForward() {
    cluster.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.CURRENT));
    queue.push("a1", o -> o.groupId("a"));
    JobId second = queue.push("a2", o -> o.groupId("a"));
    JobView first = queue.mustPull();
    queue.push("free");
    queue.ack(first);
    cluster.apply(new Command.ChangePriority(second, 1));
    cluster.apply(new Command.ChangePriority(second, 0));
    assertThat(oneByOne(2)).containsExactly("free", "a2");
  }

  @Test
  void aDeliveryThatIsUndoneWasNoTurn() {
    queue.push("a1", o -> o.groupId("a").stallTimeoutMs(1000));
    queue.push("a2", o -> o.groupId("a"));
    queue.push("b1", o -> o.groupId("b"));
    JobView released = queue.mustPull();
    cluster.apply(new Command.ReleaseJobs(List.of(new Claim(released.id(), released.lease()))));
    assertThat(data(queue.mustPull())).isEqualTo("a1");
    cluster.advance(ofSeconds(1));
    cluster.restart();
    assertThat(oneByOne(3)).containsExactly("a1", "b1", "a2");
  }

  @Test
  void aStackIsServedFromItsTopAcrossGroups() {
    queue.push("a1", o -> o.groupId("a").lifo(true));
    queue.push("b1", o -> o.groupId("b").lifo(true));
    queue.push("a2", o -> o.groupId("a").lifo(true));
    queue.push("a0", o -> o.groupId("a"));
    assertThat(oneByOne(4)).containsExactly("a2", "b1", "a1", "a0");
  }

  @Test
  void anUsualGroupGoesOnWhileAFailedJobRests() {
    failFirst(false);
    assertThat(data(queue.mustPull())).isEqualTo("second");
  }

  @Test
  void aStrictGroupWaitsForItsFailedJob() {
    failFirst(true);
    queue.push("free");
    queue.push("better", o -> o.groupId("g").priority(9));
    cluster.restart();
    assertThat(oneByOne(1)).containsExactly("free");
    assertThat(queue.pull()).isNull();
    assertThat(cluster.engine().deliverable(queue.name(), cluster.now()).jobs()).isZero();
    cluster.advance(ofSeconds(10));
    assertThat(oneByOne(3)).containsExactly("better", "first", "second");
  }

  @Test
  void aStrictGroupGoesOnWhenItsFailedJobIsCancelled() {
    cluster.apply(new Command.CancelJob(failFirst(true)));
    assertThat(oneByOne(1)).containsExactly("second");
  }

  @Test
  void aStrictGroupGoesOnWhenItsFailedJobIsDiscarded() {
    cluster.apply(new Command.DiscardJob(new Claim(failFirst(true), 0)));
    assertThat(oneByOne(1)).containsExactly("second");
  }

  @Test
  void aStrictGroupGoesOnWithItsFailedJobWhenThatIsPromoted() {
    cluster.apply(new Command.PromoteJob(failFirst(true)));
    assertThat(oneByOne(2)).containsExactly("first", "second");
  }

  private JobId failFirst(boolean strict) {
    JobId first =
        queue.push(
            "first", o -> o.groupId("g").backoffMs(10_000).fixedBackoff(true).groupStrict(strict));
    queue.push("second", o -> o.groupId("g"));
    queue.fail(queue.mustPull(), "no");
    return first;
  }

  @Test
  void oneLongGroupStarvesNobody() {
    push(MANY, _ -> "long");
    push(100, i -> "short" + i);
    long passed =
        keys.by(
            () -> {
              assertThat(groupsOneByOne(101)).doesNotHaveDuplicates();
              for (int i = 0; i < 1000; i++) {
                push(1, _ -> "next");
                assertThat(groupsOneByOne(2)).containsExactly("long", "next");
              }
            });
    assertThat(passed).isLessThan(50_000);
    assertThat(queue.counts().waiting()).isEqualTo(MANY - 1001);
  }

  @Test
  void manyGroupsTakeTurns() {
    push(3 * MANY / 2, i -> "g" + i / 3);
    push(MANY / 2, i -> "h" + i);
    assertThat(keys.by(() -> aRoundOf(MANY))).isLessThan(3 * MANY);
    cluster.restart();
    assertThat(keys.by(() -> aRoundOf(MANY / 2))).isLessThan(3 * MANY);
    aRoundOf(MANY / 2);
    assertThat(queue.pull()).isNull();
  }

  private List<String> groupsOneByOne(int count) {
    var all = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      List<JobView> one = queue.pull(1);
      all.addAll(groups(one));
      ack(one);
    }
    return all;
  }

  /** Of every group one job is delivered. */
  private void aRoundOf(int size) {
    var seen = new HashSet<String>();
    while (seen.size() < size) {
      List<JobView> batch = queue.pull(Math.min(1000, size - seen.size()));
      assertThat(batch).isNotEmpty();
      for (String group : groups(batch)) {
        assertThat(seen.add(group)).as(group).isTrue();
      }
      ack(batch);
    }
  }

  private void push(int count, IntFunction<String> group) {
    for (int i = 0; i < count; ) {
      var batch = new ArrayList<NewJob>();
      for (int end = Math.min(count, i + 1000); i < end; i++) {
        JobOptions options =
            JobOptions.builder().groupId(group.apply(i)).removeOnComplete(true).build();
        batch.add(new NewJob(Payload.json("1"), options));
      }
      cluster.apply(new Command.PushJobs(queue.name(), batch));
      cluster.log().clear();
    }
  }

  private static List<String> groups(List<JobView> jobs) {
    return jobs.stream().map(job -> Objects.requireNonNull(job.options().groupId())).toList();
  }

  private void ack(List<JobView> jobs) {
    cluster.apply(
        new Command.AckJobs(
            jobs.stream()
                .map(job -> new Command.Ack(new Claim(job.id(), job.lease()), null))
                .toList()));
    cluster.log().clear();
  }

  /** Data of the next jobs, each completed before the next one is pulled. */
  private List<String> oneByOne(int count) {
    var all = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      JobView job = queue.mustPull();
      all.add(data(job));
      queue.ack(job);
    }
    return all;
  }
}
