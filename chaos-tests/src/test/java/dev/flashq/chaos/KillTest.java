package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of real processes under load: nothing acknowledged is lost, nothing is acknowledged
 * twice. The leader is killed in {@link ReplicasTest}.
 */
class KillTest {
  /** The load leaves a cold node little of two cores to catch up with. */
  private static final Duration START = Duration.ofSeconds(120);

  /** Entries that a node misses, and that it may be behind in the end. */
  private static final int MISSED = 600;

  private static final int NEARLY = 10;

  private static final Pattern APPLIED = Pattern.compile("\"applied_index\":(-?[0-9]+)");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path data;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3, data, 0, BuiltNode.command(), Map.of("FLASHQ_LOG_LEVEL", "warn")))
            .start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void allNodesAreReady() {
    cluster.nodes().stream().filter(node -> !node.isAlive()).forEach(LocalNode::start);
    cluster.awaitReady(START);
  }

  @Test
  void survivesTheLossOfAFollower() {
    History history = new History();
    try (Workload workload = new Workload(cluster.addresses(), "kill-follower", history)) {
      history.awaitProgress(500, START);
      LocalNode leader = cluster.awaitLeader(START);
      LocalNode follower =
          cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      follower.kill();
      history.awaitProgress(500, START);
      follower.start();
      cluster.awaitReady(START);
      history.awaitProgress(500, START);
      workload.finish(Duration.ofSeconds(60));
    }
    history.check();
    assertThat(history.longestPauseMs()).isLessThan(3000);
  }

  /**
   * With a load that goes on at an even rate: what is missed in a time is made up for in half of
   * it, from the moment the node is there again. So it takes three entries for each that is added.
   */
  @Test
  void aNodeThatComesBackCatchesUpAtSeveralTimesTheRateOfTheLog() throws Exception {
    try (FlashQ client = FlashQ.at(cluster.addresses()).connect();
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
      pace.scheduleAtFixedRate(
          () -> client.push("even", Data.of(1L)), 0, 20, TimeUnit.MILLISECONDS);
      LocalNode leader = cluster.awaitLeader(START);
      LocalNode follower =
          cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
      follower.kill();
      long killed = System.nanoTime();
      long index = applied(leader);
      await().atMost(START).until(() -> applied(leader) > index + MISSED);
      Duration missed = Duration.ofNanos(System.nanoTime() - killed);

      follower.start();
      await().atMost(START).ignoreExceptions().until(() -> applied(follower) >= 0);
      long back = System.nanoTime();
      await()
          .atMost(START)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> applied(follower) > applied(leader) - NEARLY);
      Duration caughtUp = Duration.ofNanos(System.nanoTime() - back);
      assertThat(caughtUp).as("missed in %s", missed).isLessThan(missed.dividedBy(2));
      pace.shutdownNow();
    }
  }

  /** The greatest index that the node has applied. */
  private static long applied(LocalNode node) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + "/cluster"))
            .timeout(Duration.ofSeconds(5))
            .build();
    Matcher matcher = APPLIED.matcher(HTTP.send(request, BodyHandlers.ofString()).body());
    assertThat(matcher.find()).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  @Test
  void weakness1NothingAcknowledgedIsLostWithAllNodesAtOnce() {
    History history = new History();
    try (Workload workload = new Workload(cluster.addresses(), "kill-all", history)) {
      history.awaitProgress(500, START);
      cluster.nodes().forEach(LocalNode::kill);
      cluster.nodes().forEach(LocalNode::start);
      cluster.awaitReady(START);
      history.awaitProgress(500, START);
      workload.finish(Duration.ofSeconds(60));
    }
    history.check();
  }

  @Test
  void weakness1EveryAcknowledgedPushIsThereAfterAllNodesWereKilledWhileIdle() {
    Set<Long> ids = new HashSet<>();
    try (FlashQ client = FlashQ.at(cluster.addresses()).connect()) {
      List<CompletableFuture<Long>> pushes =
          IntStream.range(0, 2000).mapToObj(i -> client.push("kept", Data.of((long) i))).toList();
      pushes.forEach(push -> ids.add(push.join()));
    }
    cluster.nodes().forEach(LocalNode::kill);
    cluster.nodes().forEach(LocalNode::start);
    cluster.awaitReady(START);
    Set<Long> pulled = new HashSet<>();
    try (FlashQ client = FlashQ.at(cluster.addresses()).connect()) {
      List<Job> jobs = client.pull("kept", 1000, Duration.ofSeconds(5)).join();
      while (!jobs.isEmpty()) {
        jobs.forEach(job -> pulled.add(job.id()));
        jobs = client.pull("kept", 1000, Duration.ZERO).join();
      }
    }
    assertThat(pulled).isEqualTo(ids);
  }
}
