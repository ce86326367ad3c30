package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that stands still (a suspended machine, a disk that hangs) and comes back far behind the
 * log gets a checkpoint and catches up while the others go on working.
 */
class FreezeTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Four times the bytes between checkpoints, and whole files of 8 MiB, are kept. */
  private static final Duration LOG_ROLLS_ON = Duration.ofMinutes(2);

  private static final Pattern LOG_FILE = Pattern.compile("log_(?:inprogress_)?(\\d+).*");

  @TempDir static Path data;

  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    var settings = Map.of("FLASHQ_LOG_LEVEL", "info", "FLASHQ_RAFT_SNAPSHOT_BYTES", "1048576");
    cluster =
        LocalCluster.plan(new LocalCluster.Plan(3, data, 0, BuiltNode.command(), settings)).start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void allNodesAreReady() {
    cluster.awaitReady(SOON);
  }

  @Test
  void aFrozenFollowerCatchesUpUnderLoad() throws Exception {
    History history = new History();
    try (Workload workload = new Workload(cluster.addresses(), "freeze", history)) {
      history.awaitProgress(500, SOON);
      LocalNode leader = cluster.awaitLeader(SOON);
      LocalNode follower =
          cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();

      signal("STOP", follower);
      long frozenAt = NodePage.applied(cluster, leader);
      try {
        await().atMost(LOG_ROLLS_ON).until(() -> firstInLog(leader) > frozenAt);
      } finally {
        signal("CONT", follower);
      }

      long aim = NodePage.committed(cluster, leader);
      await().atMost(SOON).until(() -> NodePage.applied(cluster, follower) >= aim);
      assertThat(Files.readString(follower.output()))
          .contains("The state is restored from " + data);
      assertThat(cluster.nodes()).allMatch(LocalNode::isAlive);

      workload.finish(SOON);
    }
    history.check();
  }

  /**
   * A leader that stops without a word, as a machine that lost its power or its network: its
   * connections stay open and nothing comes from them.
   */
  @Test
  void aFrozenLeaderIsLeftByItsClients() {
    History history = new History();
    try (Workload workload = new Workload(cluster.addresses(), "freeze-leader", history)) {
      history.awaitProgress(500, SOON);
      LocalNode leader = cluster.awaitLeader(SOON);
      signal("STOP", leader);
      try {
        history.awaitProgress(500, Duration.ofSeconds(20));
      } finally {
        signal("CONT", leader);
      }
      workload.finish(SOON);
    }
    history.check();
  }

  private static void signal(String name, LocalNode node) {
    Program.run("kill", "-" + name, Long.toString(node.pid())).checked();
  }

  /** The smallest index of the node's log files: what lies before it is in checkpoints only. */
  private long firstInLog(LocalNode node) throws IOException {
    Path raft = data.resolve(node.id()).resolve("raft");
    try (Stream<Path> groups = Files.list(raft);
        Stream<Path> files = Files.list(groups.findFirst().orElseThrow().resolve("current"))) {
      return files
          .map(file -> LOG_FILE.matcher(file.getFileName().toString()))
          .filter(Matcher::matches)
          .mapToLong(name -> Long.parseLong(name.group(1)))
          .min()
          .orElse(-1);
    }
  }
}
