package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Kills, freezes, cuts and wrong clocks, drawn one after the other, while clients of all nodes go
 * on: nothing acknowledged is lost, nothing is acknowledged twice, no node ends by itself, and in
 * the end three nodes hold the same bytes. {@code -Dfaults.minutes=30} goes on for longer, with
 * {@code -Dtest.timeout.seconds=3600}; {@code -Dfaults.seed=} draws the same faults again.
 */
@NeedsContainers
class FaultsTest {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Duration SHORT = Duration.ofSeconds(40);
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration LONGEST_OF_SHORT = Duration.ofSeconds(6);
  private static final Duration BETWEEN_PUSHES = Duration.ofMillis(4);
  private static final String QUEUE = "faults";

  /** Nodes' logs, and their data when they were compared; of the last run. */
  private static final Path FOLDER = Path.of("target", "faults");

  private static final Map<String, String> SETTINGS =
      Map.of("FLASHQ_LOG_LEVEL", "info", "FLASHQ_RAFT_SNAPSHOT_BYTES", "1048576");

  @Test
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void keepsItsPromises() throws IOException {
    long seed = Long.getLong("faults.seed", new Random().nextLong());
    System.out.println("FaultsTest: repeat with -Dfaults.seed=" + seed);
    deleteFolder();
    var clocks = new FakeClocks(FOLDER.resolve("clocks"));
    try (ContainerCluster cluster = start(clocks)) {
      try {
        History history = run(cluster, clocks, new Random(seed));
        history.check();
        compare(cluster);
      } finally {
        for (ContainerNode node : cluster.nodes()) {
          Files.writeString(FOLDER.resolve(node.id() + ".log"), node.container().getLogs());
        }
      }
    }
  }

  private static void deleteFolder() throws IOException {
    if (Files.exists(FOLDER)) {
      try (Stream<Path> files = Files.walk(FOLDER)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static ContainerCluster start(FakeClocks clocks) {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.putAll(clocks.environment());
    var plan =
        new ContainerCluster.Plan(
            "faults", "172.30.79", NodeImage.build(), settings, clocks::mounts);
    return ContainerCluster.start(plan).awaitReady();
  }

  private static History run(ContainerCluster cluster, FakeClocks clocks, Random random) {
    Duration time =
        Optional.ofNullable(Integer.getInteger("faults.minutes"))
            .map(Duration::ofMinutes)
            .orElse(SHORT);
    Duration longest = time.compareTo(SHORT) > 0 ? LONGEST : LONGEST_OF_SHORT;
    var draw = new FaultDraw(random, cluster.nodes(), cluster::awaitLeader, clocks, longest);
    draw.leftOut().forEach(kind -> System.out.println("FaultsTest: cannot be done here: " + kind));
    History history = new History();
    var nemesis = new Nemesis(cluster, draw, history);
    try (Workload workload =
        new Workload(cluster.addresses(), ContainerCluster.TOKEN, QUEUE, history, BETWEEN_PUSHES)) {
      try (NodeClient _ = client(cluster, 0, history);
          NodeClient _ = client(cluster, 1, history);
          NodeClient _ = client(cluster, 2, history)) {
        history.awaitProgress(100, LIMIT);
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
          nemesis.strike();
        }
      }
      workload.finish(LIMIT);
    } finally {
      report(nemesis, history);
    }
    return history;
  }

  private static NodeClient client(ContainerCluster cluster, int node, History history) {
    return new NodeClient(cluster.nodes().get(node), QUEUE, history);
  }

  private static void report(Nemesis nemesis, History history) {
    System.out.printf(
        "FaultsTest: %s; %d pushes and %d acks answered, %d and %d unknown; longest pause with a"
            + " majority %d ms; worst healing %d ms%n",
        nemesis.counts(),
        history.pushedCount(),
        history.ackedCount(),
        history.unknown(),
        history.unknownAckCount(),
        nemesis.longestPauseMs(),
        nemesis.worstHealingMs());
  }

  /**
   * Stops the nodes and compares what they left. The leader is the last: another one would begin
   * with an entry that those who have stopped do not have.
   */
  private static void compare(ContainerCluster cluster) throws IOException {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              long committed = NodePage.committed(cluster.page(cluster.awaitLeader()));
              assertThat(cluster.nodes())
                  .extracting(node -> NodePage.applied(cluster.page(node)))
                  .containsOnly(committed);
            });
    List<ReplicaRows> replicas = new ArrayList<>();
    ContainerNode leader = cluster.awaitLeader();
    for (ContainerNode node : Stream.concat(cluster.others(leader), Stream.of(leader)).toList()) {
      assertThat(node.isRunning()).isTrue();
      node.stop();
      Path copy = Files.createDirectories(FOLDER.resolve(node.id()));
      node.copy("/data/node/raft", copy);
      replicas.add(ReplicaRows.of(copy.resolve("raft"), node.id()));
    }
    for (ReplicaRows replica : replicas) {
      assertThat(replica.differences(replicas.getFirst())).isEmpty();
    }
  }
}
