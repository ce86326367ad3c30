package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.CertificateAuthority;
import dev.flashq.security.CertificateUse;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.PortCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a node believes that it is Vault. */
class VaultTlsTest {
  @TempDir Path folder;
  private CertificateAuthority authority;

  @BeforeEach
  void authority() throws IOException {
    CertificateAuthority.create(folder, InstantSource.system());
    authority = CertificateAuthority.open(folder, InstantSource.system());
  }

  private FakeVault vault(String host) throws Exception {
    authority.issue(
        new CertificateAuthority.Holder(CertificateUse.SERVER, "vault", Set.of(host)), 30, folder);
    var shown =
        new PeerCredentials(
            new PortCertificates(
                folder.resolve("vault.pem"),
                folder.resolve("vault-key.pem"),
                Optional.empty(),
                Optional.empty()),
            Instant.now());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {shown.keyManager()}, null, null);
    return FakeVault.withTls(context);
  }

  private static VaultSource source(FakeVault vault, Optional<Path> ca) throws SecretException {
    var settings = new SecretSettings.Vault(vault.address(), "role-1", SecretValue.NONE, ca, "");
    return new VaultSource(
        VaultSession.open(settings, new FixedSecret("vault.secret-id", "secret-1")));
  }

  @Test
  void believesWhoTheAuthorityVouchesFor() throws Exception {
    try (FakeVault vault = vault("127.0.0.1")) {
      try (VaultSource source = source(vault, Optional.of(folder.resolve("ca.pem")))) {
        assertThat(source.read("secret/data/flashq").value("token"))
            .isEqualTo("the-token".getBytes(UTF_8));
      }
      try (VaultSource source = source(vault, Optional.empty())) {
        assertThatThrownBy(() -> source.read("secret/data/flashq"))
            .isInstanceOf(SecretException.class)
            .hasMessage("Vault does not answer: SSLHandshakeException");
      }
      assertThat(vault.count("auth/approle/login"))
          .as("nothing is said to a stranger")
          .isEqualTo(1);
    }
  }

  @Test
  void believesNobodyOfAnotherName() throws Exception {
    try (FakeVault vault = vault("vault.example.com");
        VaultSource source = source(vault, Optional.of(folder.resolve("ca.pem")))) {
      assertThatThrownBy(() -> source.read("secret/data/flashq"))
          .hasMessage("Vault does not answer: SSLHandshakeException");
      assertThat(vault.asked).isEmpty();
    }
  }

  @Test
  void saysWhatIsWrongWithTheFile() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    try (FakeVault vault = new FakeVault()) {
      for (Path wrong : new Path[] {folder.resolve("none.pem"), empty, folder}) {
        assertThatThrownBy(() -> source(vault, Optional.of(wrong)))
            .isInstanceOf(SecretException.class)
            .hasMessageStartingWith("vault.ca: ")
            .hasMessageContaining(wrong.toString());
      }
    }
  }
}
