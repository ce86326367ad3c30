package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.cluster.config.Member;
import dev.flashq.cluster.raft.PeerClient;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCredentials;
import dev.flashq.statemachine.Reply.Pushed;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The peer port is for members alone, whatever is asked on it. */
class PeerPortTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final int ENTRY = 4;
  private static final int READ_INDEX = 5;

  @TempDir Path folder;

  @Test
  void strangersGetNothingAndBreakNothing() throws Exception {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      for (Member member : cluster.members()) {
        sendGarbage(member);
      }
      assertNothingIsSaid(cluster, leader, null);
      var foreign =
          new DevelopmentCa(folder.resolve("foreign"), InstantSource.system())
              .certificatesOf(leader, List.of());
      assertNothingIsSaid(cluster, leader, new PeerCredentials(foreign, Instant.now()));

      assertThat(cluster.push(cluster.follower(), "\"a\""))
          .succeedsWithin(Duration.ofSeconds(5))
          .isInstanceOf(Pushed.class);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** One with a certificate can ask what members ask, and break nothing by asking it wrongly. */
  @Test
  void aMemberThatTalksNonsenseBreaksNothing() throws Exception {
    try (var cluster = new TestCluster(folder, 3)) {
      cluster.start("n1");
      cluster.start("n2");
      String leader = cluster.leader();
      try (var stranger = new PeerClient(cluster.settings("n3"))) {
        var random = new Random(11);
        for (int kind = 0; kind < 256; kind++) {
          var nonsense = new byte[random.nextInt(200)];
          random.nextBytes(nonsense);
          boolean empty = kind == READ_INDEX;
          CompletableFuture<byte[]> answer =
              stranger.call(leader, kind, empty ? new byte[0] : nonsense);
          if (kind == ENTRY) {
            assertThat(answer)
                .satisfiesAnyOf(
                    a -> assertThat(a).failsWithin(SOON),
                    a -> assertThat(a.get(5, TimeUnit.SECONDS)[0]).isNotZero());
          } else if (empty) {
            assertThat(answer).succeedsWithin(SOON);
          } else {
            assertThat(answer).as("call %s", kind).failsWithin(SOON);
          }
        }
      }
      cluster.start("n3");
      assertThat(cluster.push(cluster.follower(), "\"a\""))
          .succeedsWithin(SOON)
          .isInstanceOf(Pushed.class);
      cluster.awaitSameState();
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

  /** A handshake that somebody begins without the right certificate ends. */
  private static void assertNothingIsSaid(
      TestCluster cluster, String node, @Nullable PeerCredentials shown) throws Exception {
    Member member = cluster.settings(node).self();
    var own = new PeerCredentials(cluster.settings(node).certificates(), Instant.now());
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(
        shown == null ? null : new KeyManager[] {shown.keyManager()},
        new TrustManager[] {own.trustManager()},
        new SecureRandom());
    try (var socket = context.getSocketFactory().createSocket(member.host(), member.port())) {
      socket.setSoTimeout(3_000);
      socket.getOutputStream().write(new byte[64]);
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    } catch (SSLException | SocketException e) {
      assertThat(e).isNotNull();
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
