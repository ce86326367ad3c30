package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.PeerCredentials.Refresh;
import dev.flashq.security.secrets.Secret;
import dev.flashq.security.secrets.SecretException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the nodes know each other by stands in a store. */
class PeerSecretsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;
  private final Map<String, byte[]> store = new HashMap<>();

  /** A field of the store. */
  private record Field(String name, Map<String, byte[]> store) implements Secret {
    @Override
    public byte[] read(int limit) throws SecretException {
      byte[] value = store.get(name);
      if (value == null) {
        throw new SecretException("there is no " + name);
      }
      return value;
    }

    @Override
    public String toString() {
      return "vault:secret/data/peer#" + name;
    }
  }

  private PeerSecrets secrets() {
    return new PeerSecrets(
        new Field("ca", store), new Field("certificate", store), new Field("key", store));
  }

  private void issue(Instant now) throws IOException {
    PeerCertificates files =
        new DevelopmentCa(folder, InstantSource.fixed(now)).certificatesOf("n1", List.of());
    store.put("ca", Files.readAllBytes(files.ca()));
    store.put("certificate", Files.readAllBytes(files.certificate()));
    store.put("key", Files.readAllBytes(files.key()));
    Files.delete(files.certificate());
    Files.delete(files.key());
  }

  @Test
  void takesWhatIsNewAndGoodAsAWhole() throws IOException {
    issue(NOW.minus(Duration.ofDays(100)));
    var credentials = new PeerCredentials(secrets(), NOW);
    Instant end = credentials.expiresAt();
    byte[] oldKey = store.get("key");
    issue(NOW);
    byte[] newKey = store.put("key", oldKey);

    assertThat(credentials.refresh(NOW))
        .isInstanceOfSatisfying(
            Refresh.Refused.class,
            refused ->
                assertThat(refused.sentence())
                    .isEqualTo(
                        "The key in vault:secret/data/peer#key does not belong to the certificate in"
                            + " vault:secret/data/peer#certificate"));
    store.put("key", newKey);

    assertThat(credentials.refresh(NOW)).isInstanceOf(Refresh.Replaced.class);
    assertThat(credentials.expiresAt()).isAfter(end);
  }

  @Test
  void saysWhatIsWrongAtTheStart() throws IOException {
    issue(NOW);
    store.put("key", "no key".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new PeerCredentials(secrets(), NOW))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessage("vault:secret/data/peer#key holds no private key in PEM form");
    store.remove("key");
    assertThatThrownBy(() -> new PeerCredentials(secrets(), NOW))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessage("there is no key");
  }
}
