package dev.flashq.statemachine.engine;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.store.KeysPassed;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** No entry does more than a bounded part of a large piece of work, and all of it gets done. */
@Isolated("measures memory")
class BoundedWorkTest extends WithEngine {
  private static final int MANY = 12_000;

  @Test
  void manyDependentsAreReleasedPartByPart() {
    JobId awaited = queue.push("root");
    pushMany(MANY, i -> JobOptions.builder().dependsOn(List.of(awaited)).build());
    try (KeysPassed keys = new KeysPassed(folder.resolve("keys"))) {
      long passed =
          keys.by(
              () -> {
                queue.ack(queue.mustPull());
                assertThat(queue.counts().waiting())
                    .isBetween(1L, (long) Limits.FOLLOW_UPS_PER_ENTRY);
                ticksDoAtMost(Limits.FOLLOW_UPS_PER_ENTRY + 1);
              });
      assertThat(passed).isLessThan(4 * MANY);
    }
    assertThat(queue.counts().waiting()).isEqualTo(MANY);
    assertThat(cluster.engine().nextTimerDue()).isGreaterThan(cluster.now());
  }

  @Test
  void manyDependentsOfACancelledJobAreBuriedPartByPart() {
    JobId awaited = queue.push("root");
    pushMany(MANY, i -> JobOptions.builder().dependsOn(List.of(awaited)).build());
    cluster.apply(new Command.CancelJob(awaited));
    assertThat(queue.counts().failed()).isBetween(1L, (long) Limits.FOLLOW_UPS_PER_ENTRY);
    cluster.restart();
    ticksDoAtMost(Limits.FOLLOW_UPS_PER_ENTRY + 1);
    assertThat(queue.counts().failed()).isEqualTo(MANY);
    assertThat(queue.counts().waitingChildren()).isZero();
  }

  @Test
  void aLongChainOfDependentsIsBuriedPartByPart() {
    JobId awaited = queue.push("0");
    JobId first = awaited;
    for (int i = 1; i <= 6000; i++) {
      JobId previous = awaited;
      awaited = queue.push("" + i, o -> o.dependsOn(List.of(previous)));
    }
    cluster.apply(new Command.CancelJob(first));
    assertThat(queue.counts().failed()).isBetween(1L, (long) Limits.FOLLOW_UPS_PER_ENTRY);
    cluster.tick();
    assertThat(queue.counts().failed()).isEqualTo(6000);
  }

  @Test
  void thoseWhoWaitForTheNextLifeOfADeadJobAreNotBuriedWithTheOthers() {
    JobId awaited = queue.push("root", o -> o.maxAttempts(1));
    pushMany(MANY, i -> JobOptions.builder().dependsOn(List.of(awaited)).build());
    queue.fail(queue.mustPull(), "no");
    cluster.apply(new Command.RetryDeadJobs(queue.name(), awaited, 1));
    JobId later = queue.push("later", o -> o.dependsOn(List.of(awaited)));
    cluster.tick();
    assertThat(queue.counts().failed()).isEqualTo(MANY);
    assertThat(cluster.state(later)).isEqualTo(JobState.WAITING_CHILDREN);
    queue.ack(queue.mustPull());
    assertThat(cluster.state(later)).isEqualTo(JobState.WAITING);
  }

  @Test
  void aTickForgetsABoundedNumberOfCompletedJobs() {
    pushMany(MANY, i -> JobOptions.builder().keepCompletedAgeMs(1000).build());
    for (List<JobView> jobs = queue.pull(1000); !jobs.isEmpty(); jobs = queue.pull(1000)) {
      cluster.apply(
          new Command.AckJobs(
              jobs.stream().map(job -> new Ack(new Claim(job.id(), job.lease()), null)).toList()));
    }
    assertThat(queue.counts().completed()).isEqualTo(MANY);
    cluster.setClock(cluster.now() + 1000);
    ticksDoAtMost(Limits.TIMERS_PER_TICK);
    assertThat(queue.counts().completed()).isZero();
  }

  /** Ticks until nothing is due; none changes the place of more jobs than that. */
  private void ticksDoAtMost(int jobs) {
    long before = distribution();
    while (cluster.engine().nextTimerDue() <= cluster.now()) {
      cluster.tickOnce();
      long after = distribution();
      assertThat(Math.abs(after - before)).isLessThanOrEqualTo(jobs);
      before = after;
    }
  }

  private long distribution() {
    Query.QueueView counts = queue.counts();
    return counts.waiting() + counts.failed() + counts.completed();
  }

  @Test
  void largeHeadersDoNotFillTheMemory() {
    String tag = "x".repeat(Limits.TAG_BYTES);
    var options =
        JobOptions.builder()
            .tags(Collections.nCopies(Limits.TAGS, tag))
            .keepCompletedAgeMs(1000)
            .ttlMs(60_000)
            .build();
    for (int i = 0; i < 200; i++) {
      pushMany(100, _ -> options);
    }
    // 20,000 headers of 17 KB: more than half of a node's memory if they all stayed.
    assertThat(usedMemory()).isLessThan(150L << 20);
    // Each entry touches as many as it may.
    int pulled = 0;
    while (pulled < 20_000) {
      int jobs = queue.pull(1000).size();
      assertThat(jobs).isBetween(1, 1000);
      pulled += jobs;
    }
    cluster.advance(ofSeconds(60));
    cluster.advance(ofMillis(Limits.LEASE_MS));
    assertThat(queue.counts().waiting() + queue.counts().active()).isZero();
    assertThat(usedMemory()).isLessThan(150L << 20);
  }

  @Test
  void smallDataDoesNotKeepTheLargeEntryThatItCameIn() {
    JobId updated = queue.push("large");
    var large = Payload.json('"' + "x".repeat(1 << 19) + '"');
    for (int i = 0; i < 800; i++) {
      cluster.applyTogether(
          new Command.UpdateJob(updated, large), queue.pushCommand("small", o -> o));
      cluster.log().clear();
    }
    assertThat(usedMemory()).isLessThan(150L << 20);
  }

  private long usedMemory() {
    cluster.log().clear();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void aPageOfLargeJobsIsCut() {
    var data = Payload.json('"' + "x".repeat(Limits.DELIVERY_BYTES / 3) + '"');
    var ids = new ArrayList<JobId>();
    for (int i = 0; i < 6; i++) {
      ids.add(queue.push("x", o -> o.maxAttempts(1)));
      cluster.apply(new Command.UpdateJob(ids.getLast(), data));
    }
    assertThat(cluster.engine().ask(new Query.GetJobs(ids)).jobs()).hasSize(2);
    queue.pull(2).forEach(job -> queue.fail(job, "no"));
    queue.pull(2).forEach(job -> queue.fail(job, "no"));
    Query.Page dead = cluster.engine().ask(new Query.ListDeadJobs(queue.name(), 100));
    assertThat(dead.jobs()).hasSize(2);
    assertThat(dead.total()).isEqualTo(4);
  }

  private void pushMany(int count, IntFunction<JobOptions> options) {
    for (int i = 0; i < count; ) {
      var batch = new ArrayList<NewJob>();
      for (int end = Math.min(count, i + 1000); i < end; i++) {
        batch.add(new NewJob(Payload.json("1"), options.apply(i)));
      }
      cluster.apply(new Command.PushJobs(queue.name(), batch));
    }
  }
}
