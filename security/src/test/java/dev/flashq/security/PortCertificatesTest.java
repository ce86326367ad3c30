package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.PeerCredentials.Refresh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients are shown is read from files that somebody else replaces. */
class PortCertificatesTest {
  private static final Instant NOW = Instant.now();

  @TempDir Path folder;

  @Test
  void followsALinkThatIsSwapped() throws Exception {
    Path first = version("first");
    Path second = version("second");
    Path data = Files.createSymbolicLink(folder.resolve("data"), first);
    var credentials = new PeerCredentials(in(data), NOW);
    assertThat(shown(credentials)).isEqualTo(certificate(first));

    Path next = Files.createSymbolicLink(folder.resolve("next"), second);
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);

    assertThat(credentials.refresh(NOW)).isInstanceOf(Refresh.Replaced.class);
    assertThat(shown(credentials)).isEqualTo(certificate(second));
    assertThat(credentials.refresh(NOW)).isEqualTo(new Refresh.Unchanged());
  }

  @Test
  void keepsTheOldAsLongAsTheNewIsBroken() throws Exception {
    Path data = version("data");
    X509Certificate old = certificate(data);
    var credentials = new PeerCredentials(in(data), NOW);
    byte[] good = Files.readAllBytes(data.resolve("node.pem"));
    Files.writeString(data.resolve("node.pem"), "half a certif");

    assertThat(credentials.refresh(NOW))
        .isInstanceOfSatisfying(
            Refresh.Refused.class,
            refused -> assertThat(refused.sentence()).contains("is not a certificate in PEM form"));
    assertThat(shown(credentials)).isEqualTo(old);

    Files.write(data.resolve("node.pem"), good);
    assertThat(credentials.refresh(NOW)).isEqualTo(new Refresh.Unchanged());
  }

  @Test
  void refusesWhatCannotBeShown() throws IOException {
    Path data = version("data");
    Path other = version("other");
    var mixed =
        new PortCertificates(
            data.resolve("node.pem"),
            other.resolve("node-key.pem"),
            Optional.empty(),
            Optional.empty());
    assertRefused(mixed, NOW, "does not belong to the certificate in");
    assertRefused(in(data), NOW.plus(Duration.ofDays(400)), "has expired on");
    assertRefused(in(folder.resolve("nowhere")), NOW, "There is no file");
    var noClients =
        new PortCertificates(
            data.resolve("node.pem"),
            data.resolve("node-key.pem"),
            Optional.empty(),
            Optional.of(folder.resolve("clients.pem")));
    assertRefused(noClients, NOW, "There is no file " + folder.resolve("clients.pem"));
  }

  private static void assertRefused(PortCertificates files, Instant now, String sentence) {
    assertThatThrownBy(() -> new PeerCredentials(files, now))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining(sentence);
  }

  /** A folder with a certificate of an authority of its own. */
  private Path version(String name) {
    Path version = folder.resolve(name);
    new DevelopmentCa(version, InstantSource.fixed(NOW)).certificatesOf("node", List.of());
    return version;
  }

  private static PortCertificates in(Path data) {
    return new PortCertificates(
        data.resolve("node.pem"), data.resolve("node-key.pem"), Optional.empty(), Optional.empty());
  }

  private static X509Certificate certificate(Path data) {
    return PemFiles.certificates(data.resolve("node.pem")).getFirst();
  }

  private static X509Certificate shown(PeerCredentials credentials) {
    String alias = credentials.keyManager().chooseEngineServerAlias("EC", null, null);
    return credentials.keyManager().getCertificateChain(alias)[0];
  }
}
