package dev.flashq.cluster;

import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.PushOutcome.Accepted;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.gateway.Consistency;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Reads, pulls and waits on a running cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WaitingTest {
  private static final Duration SOON = Duration.ofSeconds(8);

  private Path folder = Path.of("unused");
  private TestCluster cluster = new TestCluster(folder, 0);
  private String leader = "";
  private String follower = "";

  @BeforeAll
  void start(@TempDir Path temporary) {
    folder = temporary;
    cluster = new TestCluster(folder, 3).startAll();
    leader = cluster.leader();
    follower = cluster.follower();
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @Test
  void aReadAnywhereSeesWhatWasAnsweredElsewhere() {
    for (int i = 0; i < 200; i++) {
      JobId id = idOf(cluster.push(i % 2 == 0 ? leader : follower, "\"r\"").join());

      Query.Found found = ask(i % 2 == 0 ? follower : leader, new Query.GetJob(id)).join();

      assertThat(found.job()).isNotNull();
    }
    drain();
  }

  @Test
  void aPullThatDoesNotWaitSeesWhatWasAnsweredElsewhere() {
    for (int i = 0; i < 50; i++) {
      cluster.push(leader, "\"p\"").join();

      assertThat(jobsOf(cluster.pull(follower, 1, 0).join())).isEqualTo(1);
    }
  }

  @Test
  void aWaitingPullGetsTheJobThatComes() {
    CompletableFuture<Reply> pull = cluster.pull(follower, 1, 8_000);

    cluster.push(leader, "\"for the waiter\"");

    assertThat(pull)
        .succeedsWithin(SOON)
        .satisfies(reply -> assertThat(jobsOf(reply)).isEqualTo(1));
  }

  @Test
  void manyWaitersShareFewJobsWithoutUselessPulls() {
    List<CompletableFuture<Reply>> pulls = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      pulls.add(cluster.pull(follower, 1, 2_000));
    }
    long before = pullsInTheLog();

    for (int i = 0; i < 20; i++) {
      cluster.push(leader, "\"" + i + "\"");
    }

    List<Integer> jobs =
        pulls.stream().map(CompletableFuture::join).map(WaitingTest::jobsOf).toList();
    assertThat(jobs.stream().mapToInt(i -> i).sum()).isEqualTo(20);
    assertThat(jobs.subList(0, 20)).containsOnly(1);
    assertThat(pullsInTheLog() - before).isLessThan(30);
  }

  @Test
  void aCancelledPullTakesNothing() {
    CompletableFuture<Reply> gone = cluster.pull(follower, 1, 8_000);
    CompletableFuture<Reply> stays = cluster.pull(follower, 1, 8_000);
    gone.cancel(false);

    cluster.push(leader, "\"x\"");

    assertThat(stays)
        .succeedsWithin(SOON)
        .satisfies(reply -> assertThat(jobsOf(reply)).isEqualTo(1));
    await().atMost(SOON).until(() -> cluster.node(follower).waitingPulls() == 0);
  }

  @Test
  void aWaitEndsWithTheJob() {
    JobId id = idOf(cluster.push(leader, "\"w\"").join());
    CompletableFuture<Query.Finished> wait = ask(follower, new Query.WaitForJob(id, 8_000));
    drain();

    var ack = new Command.AckJobs(List.of(new Command.Ack(new Claim(id, 0), null)));
    cluster.gateway(leader).submit(Principal.ANONYMOUS, null, ack);

    assertThat(wait).succeedsWithin(SOON);
  }

  @Test
  void aWaitForAnUnknownJobIsRefused() {
    assertRefused(
        ask(follower, new Query.WaitForJob(new JobId(999_999), 5_000)),
        JOB_NOT_FOUND,
        "Job not found");
  }

  @Test
  void aWaitRunsOutOfTime() {
    JobId id = idOf(cluster.push(leader, "\"t\"").join());

    assertRefused(
        ask(follower, new Query.WaitForJob(id, 200)),
        ErrorCode.WAIT_TIMEOUT,
        "Timeout waiting for job " + id + " after 200ms");
    drain();
  }

  @Test
  void readsAreRefusedWithoutALeader() {
    try (var lonely = new TestCluster(folder.resolve("lonely"), 3)) {
      lonely.start("n1");

      CompletableFuture<Query.Stats> read =
          lonely
              .gateway("n1")
              .ask(Principal.ANONYMOUS, new Query.GetStats(), Consistency.LINEARIZABLE);
      CompletableFuture<Query.Stats> local =
          lonely.gateway("n1").ask(Principal.SYSTEM, new Query.GetStats(), Consistency.LOCAL);
      CompletableFuture<Query.Stats> stale =
          lonely.gateway("n1").ask(Principal.ANONYMOUS, new Query.GetStats(), Consistency.LOCAL);

      assertThat(local).succeedsWithin(SOON);
      assertRefused(stale, SERVICE_UNAVAILABLE, "has not heard of a leader");
      assertRefused(read, SERVICE_UNAVAILABLE, "Service unavailable");
    }
  }

  private void drain() {
    while (jobsOf(cluster.pull(leader, 1000, 0).join()) > 0) {
      // until nothing is left
    }
  }

  private long pullsInTheLog() {
    return cluster.engine(follower).kinds().stream().filter("PullJobs"::equals).count();
  }

  private <R> CompletableFuture<R> ask(String node, Query<R> query) {
    return cluster.gateway(node).ask(Principal.ANONYMOUS, query, Consistency.LINEARIZABLE);
  }

  private static JobId idOf(Reply reply) {
    return ((Accepted) ((Pushed) reply).outcomes().getFirst()).id();
  }

  private static int jobsOf(Reply reply) {
    return ((Delivered) reply).jobs().size();
  }

  private static void assertRefused(CompletableFuture<?> answer, ErrorCode code, String sentence) {
    assertThatThrownBy(() -> answer.orTimeout(8, TimeUnit.SECONDS).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RefusedException.class, e -> assertThat(e.refusal().code()).isEqualTo(code))
        .hasMessageContaining(sentence);
  }
}
