package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.PeerCredentials.Refresh;
import dev.flashq.security.PeerCredentials.Refresh.Refused;
import dev.flashq.security.PeerCredentials.Refresh.Replaced;
import dev.flashq.security.PeerCredentials.Refresh.Unchanged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node takes up new certificates while it runs, whole or not at all. */
class PeerCredentialsTest {
  private static final Instant NOW = Instant.now();

  @TempDir Path folder;

  @Test
  void newConnectionsBeginWithTheNewCertificateAndOldOnesGoOn() throws Exception {
    PeerCertificates files = certificates("node-1");
    X509Certificate old = certificate(files);
    var one = new PeerCredentials(files, NOW);
    var two = new PeerCredentials(certificates("node-2"), NOW);
    try (var pair = new TlsPair(one, two);
        var back = new TlsPair(two, one);
        var before = pair.connect()) {
      assertThat(before.ofListening()).isEqualTo(old);

      reissue(files);
      assertThat(one.refresh(NOW)).isEqualTo(new Replaced(files.expiresAt()));

      try (var after = pair.connect();
          var other = back.connect()) {
        assertThat(after.ofListening()).isEqualTo(certificate(files)).isNotEqualTo(old);
        assertThat(other.ofConnecting()).isEqualTo(certificate(files));
      }
      before.talk();
    }
  }

  @Test
  void trustsTheNewAuthorityAndNoLongerTheOld(@TempDir Path elsewhere) throws Exception {
    PeerCertificates files = certificates("node-1");
    var one = new PeerCredentials(files, NOW);
    var two = new PeerCredentials(certificates("node-2"), NOW);
    var stranger = new PeerCredentials(ca(elsewhere).certificatesOf("node-2", List.of()), NOW);
    try (var withMember = new TlsPair(one, two);
        var withStranger = new TlsPair(one, stranger)) {
      assertThatThrownBy(withStranger::connect).isInstanceOf(IOException.class);

      copy(ca(elsewhere).certificatesOf("node-1", List.of()), files);
      assertThat(one.refresh(NOW)).isInstanceOf(Replaced.class);

      withStranger.connect().close();
      assertThatThrownBy(withMember::connect).isInstanceOf(IOException.class);
    }
  }

  @Test
  void goesOnWithTheOldWhenTheNewCannotBeRead() throws Exception {
    PeerCertificates files = certificates("node-1");
    X509Certificate old = certificate(files);
    var one = new PeerCredentials(files, NOW);
    Files.writeString(files.certificate(), "half a certif");

    assertThat(one.refresh(NOW)).isInstanceOf(Refused.class);

    assertShown(one, old);
    try (var pair = new TlsPair(one, new PeerCredentials(certificates("node-2"), NOW))) {
      pair.connect().close();
    }
  }

  @Test
  void waitsForTheKeyOfANewCertificate() throws Exception {
    PeerCertificates files = certificates("node-1");
    X509Certificate old = certificate(files);
    var one = new PeerCredentials(files, NOW);
    Path keyToCome = folder.resolve("key-to-come.pem");
    reissue(files);
    Files.move(files.key(), keyToCome);
    copyKeyOf(one, files.key());

    assertThat(one.refresh(NOW))
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.sentence()).contains("does not belong to the certificate in"));
    assertShown(one, old);

    Files.move(keyToCome, files.key(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(one.refresh(NOW)).isInstanceOf(Replaced.class);
    assertShown(one, certificate(files));
  }

  @Test
  void doesNotTakeUpAnExpiredCertificate() throws Exception {
    PeerCertificates files = certificates("node-1");
    var one = new PeerCredentials(files, NOW);
    reissue(files);

    assertThat(one.refresh(NOW.plus(Duration.ofDays(400))))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.sentence()).contains("has expired on"));
  }

  @Test
  void leavesAloneWhatHasNotChanged() {
    var one = new PeerCredentials(certificates("node-1"), NOW);

    assertThat(one.refresh(NOW)).isEqualTo(new Unchanged());
    assertThat(one.refresh(NOW.plus(Duration.ofDays(400)))).isEqualTo(new Unchanged());
  }

  @Test
  void tellsOneStateOfBadFilesFromAnother() throws IOException {
    PeerCertificates files = certificates("node-1");
    var one = new PeerCredentials(files, NOW);
    Files.writeString(files.certificate(), "bad");
    Refresh first = one.refresh(NOW);

    assertThat(one.refresh(NOW)).isEqualTo(first);
    Files.writeString(files.certificate(), "as bad");
    assertThat(one.refresh(NOW)).isInstanceOf(Refused.class).isNotEqualTo(first);
  }

  @Test
  void aHandshakeUnderWayGetsChainAndKeyOfOnePair() throws Exception {
    PeerCertificates files = certificates("node-1");
    var one = new PeerCredentials(files, NOW);
    X509ExtendedKeyManager manager = one.keyManager();
    String alias = manager.chooseEngineServerAlias("EC", null, null);
    X509Certificate old = manager.getCertificateChain(alias)[0];

    reissue(files);
    one.refresh(NOW);

    assertThat(belong(manager.getPrivateKey(alias), old)).isTrue();
    assertThat(belong(shownKey(one), old)).isFalse();
  }

  /** Java checks a peer by the clock of the machine, so the old one has ended really. */
  @Test
  void theEndOfTheOldCertificateIsNobodysConcern() throws Exception {
    Path place = folder.resolve("ended");
    Instant longAgo = NOW.minus(Duration.ofDays(400));
    PeerCertificates files =
        new DevelopmentCa(place, InstantSource.fixed(longAgo)).certificatesOf("node-1", List.of());
    var one = new PeerCredentials(files, longAgo);
    var two = new PeerCredentials(ca(place).certificatesOf("node-2", List.of()), NOW);
    try (var pair = new TlsPair(two, one)) {
      assertThatThrownBy(pair::connect).isInstanceOf(IOException.class);

      assertThat(ca(place).certificatesOf("node-1", List.of())).isEqualTo(files);
      assertThat(one.refresh(NOW)).isInstanceOf(Replaced.class);

      pair.connect().close();
    }
  }

  @Test
  void asksForAnotherInTheLastThirtyDays() {
    var one = new PeerCredentials(certificates("node-1"), NOW);
    Instant end = one.expiresAt();

    assertThat(one.endsSoon(end.minus(Duration.ofDays(30)))).isFalse();
    assertThat(one.endsSoon(end.minus(Duration.ofDays(30)).plusSeconds(1))).isTrue();
    assertThat(one.endsSoon(end.plusSeconds(1))).isTrue();
  }

  private PeerCertificates certificates(String node) {
    return ca(folder).certificatesOf(node, List.of());
  }

  private static DevelopmentCa ca(Path folder) {
    return new DevelopmentCa(folder, InstantSource.system());
  }

  /** Another key and certificate of the same authority in the same files. */
  private void reissue(PeerCertificates files) throws IOException {
    Files.delete(files.certificate());
    Files.delete(files.key());
    certificates("node-1");
  }

  private static void copy(PeerCertificates from, PeerCertificates to) throws IOException {
    Files.copy(from.ca(), to.ca(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.certificate(), to.certificate(), StandardCopyOption.REPLACE_EXISTING);
    Files.copy(from.key(), to.key(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copyKeyOf(PeerCredentials credentials, Path file) throws IOException {
    PemFiles.write(file, shownKey(credentials));
  }

  private static void assertShown(PeerCredentials credentials, X509Certificate certificate)
      throws Exception {
    X509ExtendedKeyManager manager = credentials.keyManager();
    String alias = manager.chooseEngineServerAlias("EC", null, null);
    assertThat(manager.getCertificateChain(alias)).containsExactly(certificate);
    assertThat(belong(manager.getPrivateKey(alias), certificate)).isTrue();
  }

  private static PrivateKey shownKey(PeerCredentials credentials) {
    X509ExtendedKeyManager manager = credentials.keyManager();
    return manager.getPrivateKey(manager.chooseEngineServerAlias("EC", null, null));
  }

  private static boolean belong(PrivateKey key, X509Certificate certificate) throws Exception {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    return signature.verify(signed);
  }

  private static X509Certificate certificate(PeerCertificates files) {
    return PemFiles.certificates(files.certificate()).getFirst();
  }
}
