package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
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
    assertRefused(certificates("node-1"), NOW.plus(Duration.ofDays(400)), "has expired on 2027-");
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

    assertRefused(one, NOW, "holds no private key in PEM form");
  }

  @Test
  void membersTrustEachOther() throws Exception {
    PeerCertificates one = today(folder, "node-1");
    PeerCertificates two = today(folder, "node-2");

    try (var pair = pair(one, two)) {
      pair.connect().close();
    }
  }

  @Test
  void aStrangerGetsNothing(@TempDir Path elsewhere) throws Exception {
    PeerCertificates member = today(folder, "node-1");
    PeerCertificates stranger = today(elsewhere, "node-1");

    try (var pair = pair(member, stranger)) {
      assertThatThrownBy(pair::connect).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aStrangerWhoTrustsTheMemberGetsNothing(@TempDir Path elsewhere) throws Exception {
    PeerCertificates member = today(folder, "node-1");
    PeerCertificates stranger = today(elsewhere, "node-1");
    Files.write(stranger.ca(), Files.readAllBytes(member.ca()), StandardOpenOption.APPEND);

    try (var pair = pair(member, stranger)) {
      assertThatThrownBy(pair::connect).isInstanceOf(IOException.class);
    }
  }

  private static TlsPair pair(PeerCertificates first, PeerCertificates second) throws Exception {
    return new TlsPair(
        new PeerCredentials(first, Instant.now()), new PeerCredentials(second, Instant.now()));
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
