package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.secrets.FakeVault;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSource;
import dev.flashq.security.secrets.VaultSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that speaks Vault's API, under a clock of the test's own. */
class VaultTransitKeyTest {
  private static final String LOGIN = "auth/approle/login";
  private static final String RENEWAL = "auth/token/renew-self";
  private static final String ENCRYPT = "transit/encrypt/orders";
  private static final String DECRYPT = "transit/decrypt/orders";
  private static final byte[] RING = ring();
  private static final String RING_BASE64 = Base64.getEncoder().encodeToString(RING);

  private final AtomicLong nanos = new AtomicLong();
  private final List<VaultSession> sessions = new ArrayList<>();
  private FakeVault vault;

  private static byte[] ring() {
    byte[] ring = new byte[32];
    new Random(7).nextBytes(ring);
    return ring;
  }

  @BeforeEach
  void start() throws IOException {
    vault = new FakeVault();
    vault.transit.rotate("transit/orders");
  }

  @AfterEach
  void stop() {
    sessions.forEach(VaultSession::close);
    vault.close();
  }

  private VaultSession session(String namespace, Duration limit) {
    VaultSession session = vault.session(namespace, limit, nanos::get);
    sessions.add(session);
    return session;
  }

  private MasterKey key(String name) {
    return new VaultTransitKey(session("", Duration.ofSeconds(10)), "transit", name);
  }

  private MasterKey key() {
    return key("orders");
  }

  private static void fails(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOf(SecretException.class)
        .hasMessage(sentence)
        .hasNoCause()
        .hasMessageNotContaining("hvs")
        .hasMessageNotContaining(RING_BASE64)
        .hasMessageNotContaining("secret-1");
  }

  private void answers(int status, String body) {
    vault.instead =
        exchange -> {
          boolean transit = exchange.getRequestURI().getPath().contains("/transit/");
          if (transit) {
            FakeVault.say(exchange, status, body);
          }
          return transit;
        };
  }

  @Test
  void vaultWrapsAndUnwraps() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    assertThat(new String(wrapped, UTF_8)).startsWith("vault:v1:").doesNotContain(RING_BASE64);
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    assertThat(key.id()).isEqualTo("vault-transit:transit/orders").isEqualTo(key.toString());
    assertThat(vault.asked)
        .extracting(asked -> asked.method() + " " + asked.path() + " " + asked.token())
        .containsExactly(
            "POST " + LOGIN + " ", "POST " + ENCRYPT + " hvs.1", "POST " + DECRYPT + " hvs.1");
    assertThat(vault.asked.get(1).body()).isEqualTo("{\"plaintext\":\"" + RING_BASE64 + "\"}");
    assertThat(vault.asked.get(2).body())
        .isEqualTo("{\"ciphertext\":\"" + new String(wrapped, UTF_8) + "\"}");
  }

  @Test
  void goesByMountAndNamespace() throws SecretException {
    vault.transit.rotate("team/keys/orders");
    var key = new VaultTransitKey(session("team/a", Duration.ofSeconds(10)), "team/keys", "orders");
    assertThat(key.unwrap(key.wrap(RING))).isEqualTo(RING);
    assertThat(key.id()).isEqualTo("vault-transit:team/keys/orders");
    assertThat(vault.asked).extracting(FakeVault.Asked::namespace).containsOnly("team/a");
    assertThat(vault.count("team/keys/encrypt/orders")).isEqualTo(1);
  }

  @Test
  void unwrapsWhatAnOlderVersionWrapped() throws SecretException {
    MasterKey key = key();
    byte[] old = key.wrap(RING);
    vault.transit.rotate("transit/orders");
    byte[] wrapped = key.wrap(RING);
    assertThat(new String(wrapped, UTF_8)).startsWith("vault:v2:");
    assertThat(key.unwrap(old)).isEqualTo(RING);
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);

    vault.transit.setMinDecryptionVersion("transit/orders", 2);
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    fails(
        () -> key.unwrap(old),
        "Vault does not decrypt with so old a version of the key any more (min_decryption_version) (status 400)");

    // A Vault that was restored from a backup that is older than the rotation.
    vault.transit.delete("transit/orders");
    vault.transit.rotate("transit/orders");
    fails(() -> key.unwrap(wrapped), "Vault does not have this version of the key (status 400)");
    fails(() -> key.unwrap(old), "it was wrapped by another key, or has been changed (status 400)");
  }

  @Test
  void tellsOfAKeyThatIsNotThere() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    vault.transit.delete("transit/orders");
    fails(() -> key.wrap(RING), "Vault has no key of this name (status 400)");
    fails(() -> key.unwrap(wrapped), "Vault has no key of this name (status 400)");
    MasterKey elsewhere =
        new VaultTransitKey(session("", Duration.ofSeconds(10)), "nowhere", "orders");
    fails(() -> elsewhere.wrap(RING), "Vault has no transit engine there (status 404)");
  }

  @Test
  void tellsOfADenial() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    vault.transit.denied.add(DECRYPT);
    fails(() -> key.unwrap(wrapped), "Vault denies decrypting with it (status 403)");
    vault.transit.denied.add(ENCRYPT);
    fails(() -> key.wrap(RING), "Vault denies encrypting with it (status 403)");
    vault.transit.denied.clear();
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);

    vault.secretId = "another";
    fails(() -> key().wrap(RING), "Vault denies the login by AppRole (status 400)");
  }

  @Test
  void logsInAgainWeeksLater() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    nanos.addAndGet(Duration.ofDays(30).toNanos());
    vault.revokeAll();
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    assertThat(vault.count(LOGIN)).isEqualTo(2);
    assertThat(vault.count(DECRYPT)).as("never with a token that has ended").isEqualTo(1);
  }

  @Test
  void logsInAgainWhenItsTokenWasRevoked() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    vault.revokeAll();
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    assertThat(vault.count(LOGIN)).isEqualTo(2);
  }

  @Test
  void renewsItsTokenBeforeItEnds() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    nanos.addAndGet(Duration.ofMinutes(45).toNanos());
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    assertThat(vault.count(RENEWAL)).isEqualTo(1);
    assertThat(vault.count(LOGIN)).isEqualTo(1);
  }

  @Test
  void worksAgainAfterAnOutage() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    answers(503, "{\"errors\":[\"Vault is sealed, hvs.1\"]}");
    fails(() -> key.unwrap(wrapped), "Vault fails at decrypting with it (status 503)");
    fails(() -> key.wrap(RING), "Vault fails at encrypting with it (status 503)");
    vault.instead = null;
    assertThat(key.unwrap(wrapped)).isEqualTo(RING);
    vault.close();
    fails(() -> key.unwrap(wrapped), "Vault does not answer: ConnectException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "hvs.1",
        "{\"data\":null}",
        "{\"data\":{}}",
        "{\"data\":{\"ciphertext\":null,\"plaintext\":null}}",
        "{\"data\":{\"ciphertext\":1,\"plaintext\":1}}",
        "{\"data\":{\"ciphertext\":[\"vault:v1:AAAA\"],\"plaintext\":[\"AAAA\"]}}",
        "{\"data\":{\"ciphertext\":\"\",\"plaintext\":\"\"}}",
        "{\"data\":{\"ciphertext\":\"vault:AAAA\",\"plaintext\":\"hvs.1\"}}",
        "{\"data\":{\"ciphertext\":\"vault:v1:hvs.1\",\"plaintext\":\"aHZzLjE=\"}}",
        "{\"data\":{\"ciphertext\":\"vault:v1:AAAA\\n\",\"plaintext\":\"AAAA\\n\"}}"
      })
  void takesNoAnswerThatIsNone(String body) throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    answers(200, body);
    for (ThrowingCallable call :
        new ThrowingCallable[] {() -> key.wrap(RING), () -> key.unwrap(wrapped)}) {
      assertThatThrownBy(call)
          .isInstanceOf(SecretException.class)
          .hasMessageStartingWith("Vault's answer ")
          .hasMessageNotContaining("hvs")
          .hasNoCause();
    }
  }

  /** Another key would open nothing and could be known to somebody. */
  @Test
  void takesNoKeyOfAnotherLength() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    for (int length : new int[] {0, 16, 31, 33, 64}) {
      String other = Base64.getEncoder().encodeToString(new byte[length]);
      answers(200, "{\"data\":{\"plaintext\":\"" + other + "\"}}");
      fails(() -> key.unwrap(wrapped), "Vault's answer is no key of 32 bytes");
    }
  }

  @Test
  void takesNoLargeAnswer() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    String large = "A".repeat(MasterKey.WRAPPED_BYTES);
    answers(200, "{\"data\":{\"ciphertext\":\"vault:v1:" + large + "\"}}");
    fails(() -> key.wrap(RING), "Vault's answer is nothing that is encrypted");
    String endless = "A".repeat(SecretSource.ANSWER_BYTES);
    answers(200, "{\"data\":{\"plaintext\":\"" + endless + "\"}}");
    fails(() -> key.unwrap(wrapped), "Vault does not answer: IOException");
  }

  @Test
  void sendsNothingElseToVault() {
    MasterKey key = key();
    for (String wrapped :
        new String[] {
          "",
          "vault:v1:",
          "vault:v1:AA\"",
          "vault:vX:AAAA",
          "vault:v1:AAAA\n",
          "xvault:v1:AAAA",
          "vault:v1:" + "A".repeat(MasterKey.WRAPPED_BYTES)
        }) {
      fails(
          () -> key.unwrap(wrapped.getBytes(UTF_8)),
          "what was wrapped is nothing that Vault has encrypted");
    }
    assertThatThrownBy(() -> key.wrap(new byte[31])).isInstanceOf(IllegalArgumentException.class);
    assertThat(vault.asked).isEmpty();
  }

  @Test
  void noticesWhatWasChanged() throws SecretException {
    MasterKey key = key();
    byte[] wrapped = key.wrap(RING);
    wrapped[12] = (byte) (wrapped[12] == 'A' ? 'B' : 'A');
    fails(
        () -> key.unwrap(wrapped),
        "it was wrapped by another key, or has been changed (status 400)");
  }

  @Test
  void waitsForNoAnswerThatDoesNotEnd() {
    vault.instead = vault::drip;
    MasterKey key = new VaultTransitKey(session("", Duration.ofMillis(400)), "transit", "orders");
    fails(() -> key.wrap(RING), "Vault has not answered within 400 ms");
  }
}
