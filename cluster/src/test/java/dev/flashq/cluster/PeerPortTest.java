package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.cluster.config.Member;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCertificates;
import dev.flashq.statemachine.Reply.Pushed;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peer port is for members alone, whatever is asked on it. */
class PeerPortTest {
  @TempDir Path folder;

  @Test
  void strangersGetNothingAndBreakNothing() throws Exception {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      PeerCertificates own = (PeerCertificates) cluster.settings(leader).certificates().renewed();
      PeerCertificates foreign =
          new DevelopmentCa(folder.resolve("foreign"), InstantSource.system())
              .certificatesOf(leader, List.of());

      assertRefused(cluster, leader, null);
      assertRefused(cluster, leader, new GrpcTlsConfig(null, null, own.ca().toFile(), false));
      assertRefused(
          cluster,
          leader,
          new GrpcTlsConfig(
              foreign.key().toFile(), foreign.certificate().toFile(), own.ca().toFile(), true));
      for (Member member : cluster.members()) {
        sendGarbage(member);
      }

      assertThat(groupsKnownTo(cluster, leader, PeerClient.tls(own))).isEqualTo(1);
      assertThat(cluster.push(cluster.follower(), "\"a\""))
          .succeedsWithin(Duration.ofSeconds(5))
          .isInstanceOf(Pushed.class);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void saysWhenItsPortIsTaken() throws IOException {
    try (var cluster = new TestCluster(folder, 1);
        var _ =
            new ServerSocket(
                cluster.members().getFirst().port(), 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> cluster.start("n1"))
          .hasRootCauseInstanceOf(IOException.class)
          .cause()
          .hasMessageContaining("The peer address 127.0.0.1:");
    }
  }

  private static void assertRefused(TestCluster cluster, String node, @Nullable GrpcTlsConfig tls) {
    assertThatThrownBy(() -> groupsKnownTo(cluster, node, tls)).isInstanceOf(Exception.class);
    assertThatThrownBy(() -> write(cluster, node, tls)).isInstanceOf(IOException.class);
  }

  /** An administrator's question. */
  private static int groupsKnownTo(TestCluster cluster, String node, @Nullable GrpcTlsConfig tls)
      throws IOException {
    try (RaftClient client = PeerClient.open(cluster, tls)) {
      return client.getGroupManagementApi(RaftPeerId.valueOf(node)).list().getGroupIds().size();
    }
  }

  /** A client's request. */
  private static void write(TestCluster cluster, String node, @Nullable GrpcTlsConfig tls)
      throws IOException {
    try (RaftClient client = PeerClient.open(cluster, tls)) {
      client
          .io()
          .send(
              () -> org.apache.ratis.thirdparty.com.google.protobuf.ByteString.copyFromUtf8(node));
    }
  }

  private static void sendGarbage(Member member) throws IOException {
    var bytes = new byte[4096];
    new Random(7).nextBytes(bytes);
    try (var socket = new Socket(member.host(), member.port())) {
      socket.setSoTimeout(3_000);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      // A TLS alert at most, and then the end.
      assertThat(in.readAllBytes().length).isLessThan(16);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }
}
