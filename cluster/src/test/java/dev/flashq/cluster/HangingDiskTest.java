package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.config.Member;
import dev.flashq.statemachine.Reply.Pushed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that neither fails nor goes on. */
class HangingDiskTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** The stall that is tolerated, an attempt to hand over, an election, and the load of tests. */
  private static final Duration FAILOVER = Duration.ofSeconds(8);

  @TempDir Path folder;

  @Test
  void anotherMemberLeadsWhileTheLeadersDiskHangs() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String hung = cluster.leader();
      List<String> others = others(cluster, hung);
      cluster.push(hung, "\"before\"").join();

      cluster.hangDisk(hung);
      long began = System.nanoTime();
      var _ = cluster.push(hung, "\"into the hanging log\"");
      await().atMost(SOON).until(() -> serves(cluster, others.getFirst()));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(FAILOVER);
      assertThat(others).contains(cluster.node(others.getFirst()).view().leader());
      assertThat(cluster.node(hung).diskStallMs()).isPositive();

      cluster.releaseDisk(hung);
      cluster.awaitSameState();
      await().atMost(SOON).until(() -> serves(cluster, hung));
      await().atMost(SOON).until(() -> cluster.node(hung).diskStallMs() == 0);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void aMemberThatMayNotLeadHoldsNoElectionUntilItMay() {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String alone = cluster.leader();
      cluster.push(alone, "\"before\"").join();
      cluster.killAll(others(cluster, alone));
      cluster.node(alone).mayLead(false);
      // Ratis makes it a candidate, which it would stay.
      await().atMost(SOON).during(Duration.ofSeconds(1)).until(() -> isCandidate(cluster, alone));

      cluster.node(alone).mayLead(true);

      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> !isCandidate(cluster, alone));
      cluster.start(others(cluster, alone).getFirst());
      await().atMost(SOON).until(() -> serves(cluster, alone));
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  private static List<String> others(TestCluster cluster, String id) {
    return cluster.members().stream().map(Member::id).filter(other -> !other.equals(id)).toList();
  }

  private static boolean isCandidate(TestCluster cluster, String id) {
    return cluster.node(id).view().role().equals("candidate");
  }

  private static boolean serves(TestCluster cluster, String id) {
    return cluster.push(id, "\"after\"").join() instanceof Pushed;
  }
}
