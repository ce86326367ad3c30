package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.config.Member;
import dev.flashq.security.PeerCertificates;
import dev.flashq.security.PeerCredentials;
import dev.flashq.statemachine.Reply.Pushed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All members get other certificates of the same authority, and none is restarted for it. */
class CertificateReplacementTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void theClusterGoesOnAndARestartedMemberJoins() throws Exception {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String follower = cluster.follower();
      for (Member member : cluster.members()) {
        replace(cluster, member);
      }

      assertPushes(cluster, leader);
      assertPushes(cluster, follower);

      // Both directions of all its connections begin anew, with nothing but new certificates.
      cluster.kill(follower);
      cluster.start(follower);
      assertPushes(cluster, cluster.leader());
      cluster.awaitSameState();
      assertPushes(cluster, follower);

      cluster.kill(leader);
      assertPushes(cluster, cluster.leader());
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  private static void replace(TestCluster cluster, Member member) throws Exception {
    PeerCertificates files =
        (PeerCertificates) cluster.settings(member.id()).certificates().renewed();
    X509Certificate old = shown(member, files);
    Files.delete(files.certificate());
    Files.delete(files.key());
    // Makes them anew.
    assertThat(cluster.settings(member.id()).certificates().renewed()).isEqualTo(files);
    assertThat(shown(member, files)).isEqualTo(old);

    cluster.node(member.id()).refreshCertificates();

    assertThat(shown(member, files)).isNotEqualTo(old);
    assertThat(cluster.node(member.id()).certificateExpiresSeconds())
        .isBetween(Duration.ofDays(334).toSeconds(), Duration.ofDays(365).toSeconds());
  }

  /** What a member shows to another. */
  private static X509Certificate shown(Member member, PeerCertificates other) throws Exception {
    var credentials = new PeerCredentials(other, Instant.now());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {credentials.keyManager()},
        new TrustManager[] {credentials.trustManager()},
        null);
    try (var socket =
        (SSLSocket) context.getSocketFactory().createSocket(member.host(), member.port())) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static void assertPushes(TestCluster cluster, String node) {
    assertThat(cluster.push(node, "\"a\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
  }
}
