package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.CertificateAuthority.Holder;
import dev.flashq.security.secrets.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator makes certificates. */
class CertificateAuthorityTest {
  private static final InstantSource CLOCK = InstantSource.system();
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

  @TempDir Path folder;
  private Path ca = Path.of("unset");
  private Path out = Path.of("unset");

  @BeforeEach
  void authority() throws IOException {
    ca = folder.resolve("ca");
    out = folder.resolve("out");
    CertificateAuthority.create(ca, CLOCK);
  }

  private CertificateAuthority opened() {
    return CertificateAuthority.open(ca, CLOCK);
  }

  @Test
  void makesACertificateThatAPortCanShow() throws Exception {
    opened().issue(server("n1", "flashq.example.com", "10.0.0.5", "fd00::5"), 90, out);

    var files =
        new PortCertificates(
            out.resolve("n1.pem"),
            out.resolve("n1-key.pem"),
            Optional.empty(),
            Optional.of(ca.resolve("ca.pem")));
    new PeerCredentials(files, Instant.now());
    X509Certificate made = certificate("n1");
    assertThat(made.getSubjectX500Principal().getName()).isEqualTo("CN=n1");
    assertThat(made.getExtendedKeyUsage()).containsExactly(SERVER_AUTH);
    assertThat(made.getSubjectAlternativeNames())
        .extracting(name -> (Object) name.get(1))
        .containsExactlyInAnyOrder("flashq.example.com", "10.0.0.5", "fd00:0:0:0:0:0:0:5");
    made.verify(PemFiles.certificates(ca.resolve("ca.pem")).getFirst().getPublicKey());
    assertThat(Duration.between(Instant.now(), made.getNotAfter().toInstant()).toDays())
        .isBetween(89L, 90L);
  }

  @Test
  void aClientsCertificateIsGoodForNoServer() throws Exception {
    opened().issue(new Holder(CertificateUse.CLIENT, "worker-1", Set.of()), 365, out);

    assertThat(certificate("worker-1").getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
    assertThatThrownBy(
            () ->
                new PeerCredentials(
                    new PortCertificates(
                        out.resolve("worker-1.pem"),
                        out.resolve("worker-1-key.pem"),
                        Optional.empty(),
                        Optional.empty()),
                    Instant.now()))
        .hasMessageContaining("is not for servers");
  }

  @Test
  void membersKnowEachOtherByIt() throws Exception {
    opened().issue(new Holder(CertificateUse.PEER, "n1", Set.of("n1.example.com")), 365, out);

    new PeerCertificates(ca.resolve("ca.pem"), out.resolve("n1.pem"), out.resolve("n1-key.pem"))
        .validate(Instant.now());
  }

  @Test
  void keysAreTheirOwnersAlone() throws IOException {
    opened().issue(server("n1", "n1"), 365, out);
    CertificateAuthority.request(server("n2", "n2"), out);

    for (Path key :
        List.of(ca.resolve("ca-key.pem"), out.resolve("n1-key.pem"), out.resolve("n2-key.pem"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void writesNothingOver() throws IOException {
    opened().issue(server("n1", "n1"), 365, out);
    byte[] key = Files.readAllBytes(out.resolve("n1-key.pem"));
    Files.delete(out.resolve("n1.pem"));
    CertificateAuthority.request(server("n2", "n2"), out);

    assertRefused(() -> opened().issue(server("n1", "n1"), 365, out), "is there already");
    assertRefused(() -> CertificateAuthority.request(server("n1", "n1"), out), "is there already");
    assertRefused(() -> CertificateAuthority.create(ca, CLOCK), "is there already");
    assertThat(out.resolve("n1-key.pem")).hasBinaryContent(key);
    assertThat(out.resolve("n1.pem")).doesNotExist();
    Path request = out.resolve("n2-request.pem");
    opened().sign(request, server("n2", "n2"), 365, out);
    assertRefused(() -> opened().sign(request, server("n2", "n2"), 365, out), "is there already");
  }

  /** The maker of a request may have written into it what it likes. */
  @Test
  void takesNothingButTheKeyOfARequest() throws Exception {
    CertificateAuthority.request(server("admin", "bank.example.com"), out);
    Path request = out.resolve("admin-request.pem");

    opened().sign(request, new Holder(CertificateUse.CLIENT, "worker-2", Set.of()), 30, out);

    X509Certificate signed = certificate("worker-2");
    assertThat(signed.getSubjectX500Principal().getName()).isEqualTo("CN=worker-2");
    assertThat(signed.getSubjectAlternativeNames()).isNull();
    assertThat(signed.getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
    CertificateChecks.requireMatch(
        signed,
        PemFiles.privateKey(out.resolve("admin-key.pem")),
        Secret.ofFile(request),
        Secret.ofFile(request));
  }

  @Test
  void signsARequestWithAnRsaKeyThatIsStrong() throws Exception {
    Holder holder = new Holder(CertificateUse.CLIENT, "worker-3", Set.of());
    Path weak = rsaRequest("weak", 1024);
    assertRefused(() -> opened().sign(weak, holder, 30, out), "too weak");

    opened().sign(rsaRequest("strong", 2048), holder, 30, out);

    assertThat(certificate("worker-3").getPublicKey().getAlgorithm()).isEqualTo("RSA");
  }

  @Test
  void refusesARequestThatIsNone() throws IOException {
    Path file = folder.resolve("request.pem");
    Holder holder = new Holder(CertificateUse.CLIENT, "worker", Set.of());
    assertRefused(() -> opened().sign(file, holder, 30, out), "There is no file");
    Files.writeString(file, "nothing");
    assertRefused(() -> opened().sign(file, holder, 30, out), "holds no request");
    Files.copy(ca.resolve("ca.pem"), file, StandardCopyOption.REPLACE_EXISTING);
    assertRefused(() -> opened().sign(file, holder, 30, out), "holds no request");
    Files.writeString(
        file, "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n");
    assertRefused(() -> opened().sign(file, holder, 30, out), "is not a good request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a,O=b", "../n1", "n 1", "-n1", ".n1", "n1\n", "\u00fc"})
  void refusesNamesThatWouldMeanMore(String name) {
    assertThatThrownBy(() -> new Holder(CertificateUse.CLIENT, name, Set.of()))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining("is no name of 1 to 63");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "http://a", "a:1", "*", "a.*", "fe80::1%eth0"})
  void refusesHostsThatAreNone(String host) {
    assertThatThrownBy(() -> server("n1", host))
        .hasMessageContaining("is neither a host name nor an address");
  }

  private interface Making {
    void make() throws IOException;
  }

  private static void assertRefused(Making making, String sentence) {
    assertThatThrownBy(making::make)
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining(sentence);
  }

  private static Holder server(String name, String... hosts) {
    return new Holder(CertificateUse.SERVER, name, Set.of(hosts));
  }

  private X509Certificate certificate(String name) {
    return PemFiles.certificates(out.resolve(name + ".pem")).getFirst();
  }

  private Path rsaRequest(String name, int bits) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits);
    KeyPair keys = generator.generateKeyPair();
    Path file = folder.resolve(name + "-request.pem");
    PemFiles.writeNew(
        file,
        new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=any"), keys.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
    return file;
  }
}
