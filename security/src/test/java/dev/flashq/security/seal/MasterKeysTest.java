package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.security.secrets.FakeVault;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.SecretValue;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.security.secrets.UnavailableSecretException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node has of its master keys, from the start on. */
class MasterKeysTest {
  private static final String LOGIN = "auth/approle/login";
  private static final String ENCRYPT = "transit/encrypt/orders";
  private static final String DECRYPT = "transit/decrypt/orders";
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final byte[] RING = bytes(1);

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private FakeVault vault;
  private Secrets secrets;

  private static byte[] bytes(long seed) {
    byte[] bytes = new byte[32];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static String hex(long seed) {
    return HexFormat.of().formatHex(bytes(seed));
  }

  @BeforeEach
  void start() throws IOException {
    vault = new FakeVault();
    vault.transit.rotate("transit/orders");
    vault.transit.rotate("transit/former");
    secrets = secrets(vault.address());
  }

  @AfterEach
  void stop() {
    secrets.close();
    vault.close();
  }

  private Secrets secrets(String address) {
    return new Secrets(
        new SecretSettings(
            new SecretSettings.Vault(
                address, "role-1", new SecretValue.Plain("secret-1"), Optional.empty(), ""),
            new SecretSettings.Aws("", "", ""),
            Duration.ofMillis(50)),
        environment::get);
  }

  private MasterKeys open(String newest, String... former) {
    return MasterKeys.open(
        new MasterKeySettings(
            MasterKeyReference.parse(newest),
            Stream.of(former).map(MasterKeyReference::parse).toList()),
        secrets);
  }

  private String file(String name, String text) throws IOException {
    return "file:" + Files.writeString(folder.resolve(name), text);
  }

  private void refuses(ThrowingCallable open, String sentence) {
    assertThatThrownBy(open)
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessage(sentence)
        .hasMessageNotContaining("secret-1")
        .hasMessageNotContaining("hvs")
        .hasNoCause();
  }

  private static void fails(ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOf(SecretException.class)
        .hasMessage(sentence)
        .hasMessageNotContaining("hvs")
        .hasNoCause();
  }

  @Test
  void takesAKeyFromWhereverASecretStands() throws Exception {
    environment.put("MASTER", hex(2));
    vault.secrets.put("secret/data/flashq", "{\"master\":\"" + hex(2) + "\"}");
    byte[] wrapped;
    String id;
    try (MasterKeys keys = open(file("master", hex(2) + "\n"))) {
      wrapped = keys.newest().wrap(RING);
      id = keys.newest().id();
    }
    for (String where : new String[] {"env:MASTER", "vault:secret/data/flashq#master"}) {
      try (MasterKeys keys = open(where)) {
        assertThat(keys.newest().id()).isEqualTo(id).startsWith("local:");
        assertThat(keys.unwrap(id, wrapped)).isEqualTo(RING);
      }
    }
  }

  /** The store's copy would outlive the key. */
  @Test
  void readsTheKeyOutOfAStoreOnce() {
    vault.secrets.put("secret/data/master", "{\"key\":\"" + hex(2) + "\"}");
    secrets.open(SecretReference.parse("vault:secret/data/flashq#token").orElseThrow());
    try (MasterKeys keys = open("vault:secret/data/master#key")) {
      secrets.start();
      await().atMost(SOON).until(() -> vault.count("secret/data/flashq") > 2);
      assertThat(vault.count("secret/data/master")).isEqualTo(1);
      assertThat(keys.newest().id()).startsWith("local:");
    }
  }

  /** Else a node could wrap by one key and look for another one at its next start. */
  @Test
  void keepsTheKeyThatItHasReadAtTheStart() throws Exception {
    String master = file("master", hex(2));
    try (MasterKeys keys = open(master)) {
      byte[] wrapped = keys.newest().wrap(RING);
      String id = keys.newest().id();
      file("master", hex(3));
      assertThat(keys.unwrap(id, wrapped)).isEqualTo(RING);
      assertThat(keys.newest().id()).isEqualTo(id);
      Files.delete(folder.resolve("master"));
      assertThat(keys.unwrap(id, wrapped)).isEqualTo(RING);
    }
  }

  @Test
  void unwrapsWhatAFormerKeyHasWrapped() throws Exception {
    String first = file("first", hex(2));
    byte[] byFile;
    String ofFile;
    try (MasterKeys keys = open(first)) {
      ofFile = keys.newest().id();
      byFile = keys.newest().wrap(RING);
    }
    byte[] byVault;
    try (MasterKeys keys = open("vault-transit:former", first)) {
      assertThat(keys.newest().id()).isEqualTo("vault-transit:transit/former");
      assertThat(keys.unwrap(ofFile, byFile)).isEqualTo(RING);
      byVault = keys.newest().wrap(RING);
    }
    try (MasterKeys keys = open(file("next", hex(3)), first, "vault-transit:former")) {
      assertThat(keys.newest().id()).startsWith("local:").isNotEqualTo(ofFile);
      assertThat(keys.unwrap(ofFile, byFile)).isEqualTo(RING);
      assertThat(keys.unwrap("vault-transit:transit/former", byVault)).isEqualTo(RING);
      assertThat(keys.unwrap(keys.newest().id(), keys.newest().wrap(RING))).isEqualTo(RING);
      fails(
          () -> keys.unwrap(keys.newest().id(), byFile),
          "the master key "
              + keys.newest().id()
              + " does not unwrap it: it was wrapped by another master key, or has been changed");
    }
  }

  @Test
  void namesAKeyThatThisNodeHasNot() throws Exception {
    String first = file("first", hex(2));
    String lost;
    byte[] wrapped;
    try (MasterKeys keys = open(first)) {
      lost = keys.newest().id();
      wrapped = keys.newest().wrap(RING);
    }
    try (MasterKeys keys = open("vault-transit:orders", file("next", hex(3)))) {
      String has = keys.toString().replaceAll("^MasterKeys\\[|]$", "");
      assertThat(has).matches("vault-transit:transit/orders, local:[0-9a-f]{16}");
      fails(
          () -> keys.unwrap(lost, wrapped),
          "this node has no master key " + lost + "; it has " + has);
      for (String id : new String[] {"", "a\nb", "a".repeat(513)}) {
        fails(
            () -> keys.unwrap(id, wrapped),
            "this node has no master key of such a name; it has " + has);
      }
    }
  }

  @Test
  void doesNotGoOnWithoutAKeyThatItIsToHold() throws IOException {
    environment.put("SHORT", hex(2).substring(2));
    String missing = "file:" + folder.resolve("none");
    refuses(
        () -> open(missing),
        "The master key "
            + missing
            + " cannot be used: There is no file "
            + folder.resolve("none"));
    refuses(
        () -> open("env:NONE"),
        "The master key env:NONE cannot be used: the environment has no such variable, or it is empty");
    for (String former : new String[] {"env:SHORT", file("empty", "\n")}) {
      refuses(
          () -> open(file("master", hex(2)), former),
          "The master key "
              + former
              + " cannot be used: a master key is 32 bytes in 64 hexadecimal digits or in base64, as 'openssl rand -hex 32' makes them");
    }
    String large = file("large", " ".repeat(1000) + hex(2));
    refuses(
        () -> open(large),
        "The master key "
            + large
            + " cannot be used: "
            + folder.resolve("large")
            + " is larger than 1024 bytes");
    vault.secrets.put("secret/data/flashq", "{\"master\":\"" + "a".repeat(1025) + "\"}");
    String stored = "vault:secret/data/flashq#master";
    refuses(
        () -> open(stored),
        "The master key " + stored + " cannot be used: " + stored + " has more than 1024 bytes");
  }

  @Test
  void takesNoKeyTwice() throws IOException {
    String same = file("same", hex(2));
    String again = file("again", hex(2));
    assertThatThrownBy(() -> open(same, again))
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessageMatching(
            "The master key "
                + again
                + " cannot be used: it is the same key as another one, local:[0-9a-f]{16}");
    assertThatThrownBy(() -> open(same, same))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a master key is named twice");
  }

  @Test
  void doesNotGoOnWithoutVault() {
    String key = "The master key vault-transit:transit/orders cannot be used: ";
    vault.transit.denied.add(DECRYPT);
    refuses(
        () -> open("vault-transit:orders"), key + "Vault denies decrypting with it (status 403)");
    vault.transit.denied.add(ENCRYPT);
    refuses(
        () -> open("vault-transit:orders"), key + "Vault denies encrypting with it (status 403)");
    vault.transit.denied.clear();
    vault.transit.delete("transit/orders");
    refuses(() -> open("vault-transit:orders"), key + "Vault has no key of this name (status 400)");
    vault.secretId = "another";
    refuses(
        () -> open("vault-transit:orders"), key + "Vault denies the login by AppRole (status 400)");
    vault.close();
    refuses(() -> open("vault-transit:orders"), key + "Vault does not answer: ConnectException");
    try (Secrets none = secrets("")) {
      refuses(
          () ->
              MasterKeys.open(
                  new MasterKeySettings(
                      MasterKeyReference.parse("vault-transit:orders"), List.of()),
                  none),
          key + "references to Vault take vault.address, vault.role-id and vault.secret-id");
    }
  }

  @Test
  void doesNotGoOnWithAKeyThatDoesNotUnwrapWhatItWraps() {
    String other = java.util.Base64.getEncoder().encodeToString(RING);
    vault.instead =
        exchange -> {
          boolean asked = exchange.getRequestURI().getPath().endsWith(DECRYPT);
          if (asked) {
            FakeVault.say(exchange, 200, "{\"data\":{\"plaintext\":\"" + other + "\"}}");
          }
          return asked;
        };
    refuses(
        () -> open("vault-transit:orders"),
        "The master key vault-transit:transit/orders cannot be used: it does not unwrap what it has wrapped");
  }

  @Test
  void worksAgainAfterAnOutageOfVault() throws SecretException {
    try (MasterKeys keys = open("vault-transit:orders")) {
      byte[] wrapped = keys.newest().wrap(RING);
      vault.instead =
          exchange -> {
            FakeVault.say(exchange, 503, "{\"errors\":[\"Vault is sealed\"]}");
            return true;
          };
      fails(
          () -> keys.unwrap(keys.newest().id(), wrapped),
          "the master key vault-transit:transit/orders does not unwrap it: Vault fails at decrypting with it (status 503)");
      vault.instead = null;
      vault.revokeAll();
      assertThat(keys.unwrap(keys.newest().id(), wrapped)).isEqualTo(RING);
    }
  }

  /** Nothing may need it any more, or the role may not encrypt by it. */
  @Test
  void asksForAFormerKeyElsewhereWhenItIsNeeded() throws SecretException {
    byte[] wrapped;
    try (MasterKeys keys = open("vault-transit:former")) {
      wrapped = keys.newest().wrap(RING);
    }
    vault.transit.denied.add("transit/encrypt/former");
    vault.asked.clear();
    try (MasterKeys keys = open("vault-transit:orders", "vault-transit:former")) {
      assertThat(vault.asked)
          .extracting(FakeVault.Asked::path)
          .containsExactly(LOGIN, ENCRYPT, DECRYPT);
      assertThat(keys.unwrap("vault-transit:transit/former", wrapped)).isEqualTo(RING);
      assertThat(vault.count(LOGIN)).as("one login for both").isEqualTo(1);
    }
  }

  @Test
  void saysThatAModuleIsMissing() {
    refuses(
        () -> open("aws-kms:alias/flashq"),
        "The master key aws-kms:alias/flashq cannot be used: this installation has no module for aws-kms");
  }

  @Test
  void closesAllOfThem() throws Exception {
    MasterKeys keys = open(file("master", hex(2)), "vault-transit:former");
    MasterKey newest = keys.newest();
    byte[] wrapped = newest.wrap(RING);
    keys.close();
    fails(() -> newest.unwrap(wrapped), "the master key is closed");
    assertThatThrownBy(
            () -> keys.unwrap("vault-transit:transit/former", "vault:v1:AAAA".getBytes(UTF_8)))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining("Vault does not answer: ");
  }

  @Test
  void nothingShowsAKey() throws IOException {
    environment.put("MASTER", hex(2));
    try (MasterKeys keys = open("env:MASTER", file("former", hex(3)), "vault-transit:orders")) {
      assertThat(
              keys.toString()
                  + keys.newest()
                  + new MasterKeySettings(MasterKeyReference.parse("env:MASTER"), List.of()))
          .contains("local:", "vault-transit:transit/orders", "env:MASTER")
          .doesNotContain(hex(2))
          .doesNotContain(hex(3));
    }
  }
}
