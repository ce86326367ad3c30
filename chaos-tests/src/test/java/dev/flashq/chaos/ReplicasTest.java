package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
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
    ReplicaRows first = rows("n1");
    assertThat(first.hashes()).hasSizeGreaterThan(4000);
    assertThat(first.differences(rows("n2"))).isEmpty();
    assertThat(first.differences(rows("n3"))).isEmpty();
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

  private ReplicaRows rows(String node) throws IOException {
    return ReplicaRows.of(data.resolve(node).resolve("raft"), node);
  }
}
