package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node has of its secrets, from the start and while it runs. */
class SecretsTest {
  private static final String PATH = "secret/data/flashq";
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int LIMIT = 1 << 20;

  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private FakeVault vault;

  @BeforeEach
  void start() throws IOException {
    vault = new FakeVault();
  }

  @AfterEach
  void stop() {
    vault.close();
  }

  private Secrets secrets(SecretValue secretId) {
    var settings =
        new SecretSettings(
            new SecretSettings.Vault(vault.address(), "role-1", secretId, Optional.empty(), ""),
            new SecretSettings.Aws("us-east-1", "", ""),
            Duration.ofMillis(50));
    return new Secrets(settings, environment::get);
  }

  private Secrets secrets() {
    return secrets(new SecretValue.Plain("secret-1"));
  }

  private static Secret open(Secrets secrets, String reference) {
    return secrets.open(SecretReference.parse(reference).orElseThrow());
  }

  private static String text(Secret secret) {
    try {
      return new String(secret.read(LIMIT), UTF_8);
    } catch (SecretException e) {
      throw new AssertionError(e);
    }
  }

  private static void refuses(Secrets secrets, String reference, String sentence) {
    assertThatThrownBy(() -> open(secrets, reference))
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessage("The secret " + reference + " cannot be read: " + sentence)
        .hasNoCause();
  }

  @Test
  void readsFilesAsTheyAreNow() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "one");
    try (Secrets secrets = secrets().start()) {
      Secret secret = open(secrets, "file:" + file);
      Path next = Files.writeString(folder.resolve("next"), "two");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      assertThat(text(secret)).isEqualTo("two");
      assertThatThrownBy(() -> secret.read(2)).hasMessage(file + " is larger than 2 bytes");
      Files.delete(file);
      assertThatThrownBy(() -> secret.read(9)).hasMessage("There is no file " + file);
    }
  }

  @Test
  void readsVariables() {
    environment.put("MY_TOKEN", "the-value");
    environment.put("EMPTY", " ");
    try (Secrets secrets = secrets()) {
      Secret secret = open(secrets, "env:MY_TOKEN");
      assertThat(text(secret)).isEqualTo("the-value");
      assertThat(secret).hasToString("env:MY_TOKEN");
      assertThatThrownBy(() -> secret.read(3)).hasMessage("env:MY_TOKEN has more than 3 bytes");
      for (String name : new String[] {"env:NONE", "env:EMPTY"}) {
        refuses(secrets, name, "the environment has no such variable, or it is empty");
      }
    }
  }

  @Test
  void takesWhatIsRotatedInAStore() {
    try (Secrets secrets = secrets()) {
      Secret secret = open(secrets, "vault:" + PATH + "#token");
      assertThat(text(secret)).isEqualTo("the-token");
      assertThat(secret).hasToString("vault:" + PATH + "#token");
      secrets.start();
      vault.secrets.put(PATH, "{\"token\":\"the-next\"}");
      await().atMost(SOON).until(() -> text(secret).equals("the-next"));
      assertThat(secrets.isFailing()).isFalse();
      assertThatThrownBy(() -> secret.read(3)).hasMessageEndingWith(" has more than 3 bytes");
    }
  }

  @Test
  void asksOnceForAllFieldsOfAPlaceAndChangesThemTogether() {
    vault.secrets.put(PATH, "{\"key\":\"k1\",\"chain\":\"c1\"}");
    try (Secrets secrets = secrets()) {
      Secret key = open(secrets, "vault:" + PATH + "#key");
      Secret chain = open(secrets, "vault:" + PATH + "#chain");
      assertThat(vault.count(PATH)).isEqualTo(1);
      secrets.start();
      vault.secrets.put(PATH, "{\"key\":\"k2\"}");
      await().atMost(SOON).until(secrets::isFailing);
      assertThat(text(key) + text(chain)).isEqualTo("k1c1");
      vault.secrets.put(PATH, "{\"key\":\"k2\",\"chain\":\"c2\"}");
      await().atMost(SOON).until(() -> (text(key) + text(chain)).equals("k2c2"));
      await().atMost(SOON).until(() -> !secrets.isFailing());
    }
  }

  @Test
  void keepsWhatItHasDuringAnOutage() {
    try (Secrets secrets = secrets()) {
      Secret secret = open(secrets, "vault:" + PATH + "#token");
      secrets.start();
      for (String body :
          new String[] {"", "garbage", "{\"data\":{}}", "{\"data\":{\"data\":{}}}"}) {
        vault.instead =
            exchange -> {
              FakeVault.say(exchange, body.isEmpty() ? 500 : 200, body);
              return true;
            };
        await().atMost(SOON).until(secrets::isFailing);
        assertThat(text(secret)).isEqualTo("the-token");
        vault.instead = null;
        await().atMost(SOON).until(() -> !secrets.isFailing());
      }
      vault.revokeAll();
      vault.secretId = "another";
      await().atMost(SOON).until(secrets::isFailing);
      assertThat(text(secret)).isEqualTo("the-token");
    }
  }

  @Test
  void triesAgainAndAgainButLessAndLessOften() {
    try (Secrets secrets = secretsEvery(Duration.ofSeconds(1))) {
      Secret secret = open(secrets, "vault:" + PATH + "#token");
      vault.instead =
          exchange -> {
            FakeVault.say(exchange, 500, "");
            return true;
          };
      secrets.start();
      await().atMost(SOON).until(() -> secrets.ageSeconds() >= 3);
      assertThat(vault.count(PATH)).as("a second apart").isBetween(2L, 6L);
      vault.instead = null;
      vault.secrets.put(PATH, "{\"token\":\"the-next\"}");
      await().atMost(SOON).until(() -> text(secret).equals("the-next"));
      await().atMost(SOON).until(() -> secrets.ageSeconds() == 0);
    }
  }

  private Secrets secretsEvery(Duration period) {
    var settings =
        new SecretSettings(
            new SecretSettings.Vault(
                vault.address(), "role-1", new SecretValue.Plain("secret-1"), Optional.empty(), ""),
            new SecretSettings.Aws("", "", ""),
            period);
    return new Secrets(settings, environment::get);
  }

  @Test
  void opensNothingThatCannotBeReadAtTheStart() {
    try (Secrets secrets = secrets()) {
      refuses(secrets, "vault:secret/data/none#token", "Vault has nothing there (status 404)");
      refuses(
          secrets, "vault:" + PATH + "#none", "what stands there has no text in the field 'none'");
    }
    vault.secretId = "another";
    try (Secrets secrets = secrets()) {
      refuses(
          secrets, "vault:" + PATH + "#token", "Vault denies the login by AppRole (status 400)");
    }
    vault.close();
    try (Secrets secrets = secrets()) {
      refuses(secrets, "vault:" + PATH + "#token", "Vault does not answer: ConnectException");
    }
  }

  @Test
  void takesTheSecretIdFromElsewhere() throws IOException {
    environment.put("ID", "secret-1");
    Path file = Files.writeString(folder.resolve("id"), "secret-1\n");
    for (String id : new String[] {"env:ID", "file:" + file}) {
      try (Secrets secrets = secrets(SecretValue.parse(id))) {
        assertThat(text(open(secrets, "vault:" + PATH + "#token"))).isEqualTo("the-token");
      }
    }
    try (Secrets secrets = secrets(SecretValue.NONE)) {
      refuses(secrets, "vault:" + PATH + "#token", "vault.secret-id is not set");
    }
    try (Secrets secrets = secrets(SecretValue.parse("vault:secret/data/x#y"))) {
      refuses(
          secrets,
          "vault:" + PATH + "#token",
          "vault.secret-id stands in a file or in the environment");
    }
  }

  @Test
  void saysThatAModuleIsMissing() {
    try (Secrets secrets = secrets()) {
      refuses(secrets, "aws-secret:a#b", "this installation has no module for aws-secret");
    }
  }

  @Test
  void hasALimit() {
    environment.put("A", "a");
    try (Secrets secrets = secrets()) {
      for (int i = 0; i < 32; i++) {
        open(secrets, "env:A");
      }
      refuses(secrets, "env:A", "a configuration has at most 32 references");
    }
  }

  @Test
  void nothingShowsAValue() {
    environment.put("A", "the-value");
    try (Secrets secrets = secrets()) {
      String shown =
          open(secrets, "env:A")
              + " "
              + open(secrets, "vault:" + PATH + "#token")
              + StoredSecret.ofText("the-token")
              + new SecretSettings.Vault(
                  "https://v", "r", new SecretValue.Plain("secret-1"), Optional.empty(), "");
      assertThat(shown)
          .doesNotContain("the-value")
          .doesNotContain("the-token")
          .doesNotContain("secret-1");
    }
  }
}
