package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerCertificatesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  @Test
  void namesTheMissingFile() {
    var missing =
        new PeerCertificates(
            folder.resolve("ca.pem"), folder.resolve("node.pem"), folder.resolve("key.pem"));

    assertRefused(missing, NOW, "There is no file " + folder.resolve("node.pem"));
  }

  @Test
  void refusesAKeyOfAnotherCertificate() {
    PeerCertificates one = certificates("node-1");
    PeerCertificates two = certificates("node-2");

    assertRefused(
        new PeerCertificates(one.ca(), one.certificate(), two.key()),
        NOW,
        "does not belong to the certificate in");
  }

  @Test
  void refusesAnExpiredCertificate() {
    assertRefused(
        certificates("node-1"),
        NOW.plus(Duration.ofDays(400)),
        "has expired on 2027-03-01T12:00:00Z");
  }

  @Test
  void refusesACertificateOfTheFuture() {
    assertRefused(certificates("node-1"), NOW.minus(Duration.ofDays(30)), "is not valid before");
  }

  @Test
  void refusesTheNodesOwnCertificateAsAuthority() {
    PeerCertificates one = certificates("node-1");

    assertRefused(
        new PeerCertificates(one.certificate(), one.certificate(), one.key()),
        NOW,
        "is not signed by the authority in");
  }

  @Test
  void refusesAFileThatHoldsNoKey() throws IOException {
    PeerCertificates one = certificates("node-1");
    Files.writeString(one.key(), "");

    assertRefused(one, NOW, "holds no unencrypted private key in PEM form");
  }

  @Test
  void membersTrustEachOther() throws Exception {
    PeerCertificates one = today(folder, "node-1");
    PeerCertificates two = today(folder, "node-2");

    assertThat(greeting(one, two)).isEqualTo('h');
  }

  @Test
  void aStrangerGetsNothing(@TempDir Path elsewhere) throws Exception {
    PeerCertificates member = today(folder, "node-1");
    PeerCertificates stranger = today(elsewhere, "node-1");

    assertThatThrownBy(() -> greeting(member, stranger)).isInstanceOf(IOException.class);
    assertThatThrownBy(
            () ->
                greeting(
                    member,
                    new PeerCertificates(member.ca(), stranger.certificate(), stranger.key())))
        .isInstanceOf(IOException.class);
  }

  /** What the second is told when it connects to the first. */
  private static int greeting(PeerCertificates first, PeerCertificates second) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (var socket = context(first).getServerSocketFactory().createServerSocket(0, 1, loopback);
        var server = Executors.newVirtualThreadPerTaskExecutor()) {
      ((SSLServerSocket) socket).setNeedClientAuth(true);
      server.submit(
          () -> {
            try (Socket peer = socket.accept()) {
              peer.getOutputStream().write('h');
            }
            return null;
          });
      try (Socket peer =
          context(second).getSocketFactory().createSocket(loopback, socket.getLocalPort())) {
        return peer.getInputStream().read();
      }
    }
  }

  private static SSLContext context(PeerCertificates certificates) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        new KeyManager[] {certificates.keyManager()},
        new TrustManager[] {certificates.trustManager()},
        null);
    return context;
  }

  private static PeerCertificates today(Path folder, String node) {
    return new DevelopmentCa(folder, InstantSource.system()).certificatesOf(node, List.of());
  }

  private PeerCertificates certificates(String node) {
    return new DevelopmentCa(folder, InstantSource.fixed(NOW)).certificatesOf(node, List.of());
  }

  private static void assertRefused(PeerCertificates certificates, Instant now, String sentence) {
    assertThatThrownBy(() -> certificates.validate(now))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining(sentence);
  }
}
