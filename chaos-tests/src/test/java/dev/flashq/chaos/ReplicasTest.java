package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.store.Column;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the leader under load: nothing acknowledged is lost, the pause is short, and in the
 * end three nodes hold the same bytes in every column.
 */
class ReplicasTest {
  /** The load leaves a cold node little of two cores to catch up with. */
  private static final Duration START = Duration.ofSeconds(120);

  @TempDir Path data;

  @Test
  void loseNothingAndHoldTheSameBytesAfterFailovers() throws IOException {
    LocalCluster cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3, data, 0, BuiltNode.command(), Map.of("FLASHQ_LOG_LEVEL", "warn")))
            .start()
            .awaitReady(START);
    try (cluster) {
      History history = new History();
      try (Workload workload = new Workload(cluster.addresses(), "same", history)) {
        for (int round = 0; round < 2; round++) {
          cluster.awaitReady(START);
          history.awaitProgress(1000, START);
          LocalNode leader = cluster.awaitLeader(START);
          leader.kill();
          history.awaitProgress(1000, START);
          leader.start();
        }
        cluster.awaitReady(START);
        workload.finish(START);
      }
      history.check();
      assertThat(history.longestPauseMs()).isLessThan(3000);
      awaitSameIndex(cluster);
    }
    List<String> first = rows("n1");
    assertThat(first).hasSizeGreaterThan(4000);
    assertThat(differences(first, rows("n2"))).isEmpty();
    assertThat(differences(first, rows("n3"))).isEmpty();
  }

  /** Nothing is pushed any more: all nodes come to the index that the leader has committed. */
  private static void awaitSameIndex(LocalCluster cluster) {
    Awaitility.await()
        .atMost(START)
        .untilAsserted(
            () -> {
              long committed = NodePage.committed(cluster, cluster.awaitLeader(START));
              assertThat(cluster.nodes())
                  .extracting(node -> NodePage.applied(cluster, node))
                  .containsOnly(committed);
            });
  }

  /** The first few rows in which a node differs; all of them would be a report of megabytes. */
  private static List<String> differences(List<String> expected, List<String> found) {
    var differences = new ArrayList<String>();
    for (int i = 0; i < Math.max(expected.size(), found.size()) && differences.size() < 5; i++) {
      String one = i < expected.size() ? expected.get(i) : "no row";
      String other = i < found.size() ? found.get(i) : "no row";
      if (!one.equals(other)) {
        differences.add(one + " but " + other);
      }
    }
    return differences;
  }

  /**
   * Every row of the checkpoint that the node left at its stop, but for the one with index and
   * term.
   */
  private List<String> rows(String node) throws IOException {
    Path checkpoint;
    try (Stream<Path> files = Files.walk(data.resolve(node).resolve("raft"))) {
      checkpoint =
          files
              .filter(path -> path.getFileName().toString().startsWith("snapshot."))
              .filter(Files::isDirectory)
              .max(Comparator.comparingLong(ReplicasTest::index))
              .orElseThrow();
    }
    var rows = new ArrayList<String>();
    HexFormat hex = HexFormat.of();
    try (RocksEngine engine = new RocksEngine(checkpoint, node, 0)) {
      engine.rows(
          (column, key, value) -> {
            if (column != Column.META || !new String(key, StandardCharsets.UTF_8).equals("meta")) {
              rows.add(column + " " + hex.formatHex(key) + " = " + hex.formatHex(value));
            }
          });
    }
    return rows;
  }

  private static long index(Path snapshot) {
    String name = snapshot.getFileName().toString();
    return Long.parseLong(name.substring(name.indexOf('_') + 1));
  }
}
