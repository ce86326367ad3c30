package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flashq.cluster.ClusterView.MemberView;
import dev.flashq.cluster.config.Member;
import dev.flashq.statemachine.Reply.Pushed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members may have addresses of IPv6. */
class Ipv6Test {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String LOOPBACK = "::1";

  @TempDir Path folder;

  @Test
  void aClusterServesLosesItsLeaderAndGetsItBack() throws IOException {
    assumeTrue(
        NetworkInterface.getByInetAddress(InetAddress.ofLiteral(LOOPBACK)) != null,
        "this machine has no address " + LOOPBACK);
    try (var cluster = TestCluster.at(LOOPBACK, folder, 3).startAll()) {
      String leader = cluster.leader();
      assertPushes(cluster, cluster.follower());
      assertThat(cluster.node(leader).view().members())
          .extracting(MemberView::address)
          .containsExactlyElementsOf(cluster.members().stream().map(Member::address).toList())
          .allMatch(address -> address.startsWith("[::1]:"));

      cluster.kill(leader);
      assertPushes(cluster, cluster.leader());

      cluster.start(leader);
      cluster.leader();
      cluster.awaitSameState();
      assertPushes(cluster, leader);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  private static void assertPushes(TestCluster cluster, String node) {
    assertThat(cluster.push(node, "\"a\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
  }
}
