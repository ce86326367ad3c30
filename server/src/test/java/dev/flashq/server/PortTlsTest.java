package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCertificates;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.PortCertificates;
import dev.flashq.transport.connection.ClientCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate of the client ports is replaced while they are open. */
class PortTlsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  @Test
  void showsWhetherTheFilesCanBeUsed() throws IOException {
    PeerCertificates files = issue(NOW);
    try (PortTls tls = tls(files)) {
      byte[] good = Files.readAllBytes(files.certificate());
      tls.look();
      assertThat(tls.failed()).isFalse();

      Files.writeString(files.certificate(), "half a certif");
      tls.look();
      assertThat(tls.failed()).isTrue();

      Files.write(files.certificate(), good);
      tls.look();
      assertThat(tls.failed()).isFalse();
    }
  }

  @Test
  void takesUpANewCertificate() throws IOException {
    PeerCertificates files = issue(NOW.minus(Duration.ofDays(100)));
    try (PortTls tls = tls(files)) {
      var before = tls.tls();
      long left = tls.expiresSeconds();
      Files.delete(files.certificate());
      Files.delete(files.key());
      issue(NOW);

      tls.look();

      assertThat(tls.expiresSeconds()).isEqualTo(left + Duration.ofDays(100).toSeconds());
      assertThat(tls.tls()).isSameAs(before);
    }
  }

  private PeerCertificates issue(Instant now) {
    return new DevelopmentCa(folder, InstantSource.fixed(now)).certificatesOf("n1", List.of());
  }

  private static PortTls tls(PeerCertificates files) {
    var port =
        new PortCertificates(files.certificate(), files.key(), Optional.empty(), Optional.empty());
    return new PortTls(
        new PeerCredentials(port, NOW), ClientCertificates.OFF, InstantSource.fixed(NOW));
  }
}
