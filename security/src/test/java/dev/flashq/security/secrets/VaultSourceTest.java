package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that speaks Vault's API, under a clock of the test's own. */
class VaultSourceTest {
  private static final String PATH = "secret/data/flashq";
  private static final String LOGIN = "auth/approle/login";
  private static final String RENEWAL = "auth/token/renew-self";

  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong();
  private FakeVault vault;

  @BeforeEach
  void start() throws IOException {
    vault = new FakeVault();
  }

  @AfterEach
  void stop() {
    vault.close();
  }

  private VaultSource source(Secret secretId, String namespace, Duration limit) {
    var client = new VaultClient(URI.create(vault.address()), namespace, null, limit);
    return new VaultSource(new VaultSession(client, "role-1", secretId, nanos::get));
  }

  private VaultSource source() {
    return source(new FixedSecret("vault.secret-id", "secret-1"), "", Duration.ofSeconds(10));
  }

  private static @Nullable String token(VaultSource source) throws SecretException {
    return new String(source.read(PATH).value("token"), UTF_8);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static void fails(VaultSource source, String sentence) {
    assertThatThrownBy(() -> token(source))
        .isInstanceOf(SecretException.class)
        .hasMessage(sentence)
        .hasNoCause()
        .hasMessageNotContaining("secret-1")
        .hasMessageNotContaining("hvs");
  }

  @Test
  void logsInOnceAndReadsTheField() throws SecretException {
    try (VaultSource source = source()) {
      assertThat(token(source)).isEqualTo("the-token");
      vault.secrets.put(PATH, "{\"token\":\"the-next\"}");
      assertThat(token(source)).isEqualTo("the-next");
    }
    assertThat(vault.asked)
        .extracting(FakeVault.Asked::method, FakeVault.Asked::path)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("POST", LOGIN),
            org.assertj.core.groups.Tuple.tuple("GET", PATH),
            org.assertj.core.groups.Tuple.tuple("GET", PATH));
    assertThat(vault.asked.getFirst().body())
        .isEqualTo("{\"role_id\":\"role-1\",\"secret_id\":\"secret-1\"}");
    assertThat(vault.asked)
        .extracting(FakeVault.Asked::token)
        .containsExactly("", "hvs.1", "hvs.1");
  }

  @Test
  void namesTheNamespace() throws SecretException {
    var id = new FixedSecret("vault.secret-id", "secret-1");
    try (VaultSource source = source(id, "team/a", Duration.ofSeconds(10))) {
      token(source);
    }
    assertThat(vault.asked).extracting(FakeVault.Asked::namespace).containsOnly("team/a");
  }

  @Test
  void renewsItsTokenBeforeItEnds() throws SecretException {
    try (VaultSource source = source()) {
      token(source);
      pass(Duration.ofMinutes(39));
      token(source);
      assertThat(vault.count(RENEWAL)).isZero();
      pass(Duration.ofMinutes(6));
      token(source);
      for (int more = 0; more < 2; more++) {
        pass(Duration.ofMinutes(45));
        assertThat(token(source)).isEqualTo("the-token");
      }
    }
    assertThat(vault.count(RENEWAL)).isEqualTo(3);
    assertThat(vault.count(LOGIN)).isEqualTo(1);
  }

  @Test
  void logsInAgainWhenItsTokenHasEnded() throws SecretException {
    try (VaultSource source = source()) {
      token(source);
      pass(Duration.ofHours(2));
      vault.revokeAll();
      assertThat(token(source)).isEqualTo("the-token");
    }
    assertThat(vault.count(LOGIN)).isEqualTo(2);
    assertThat(vault.count(RENEWAL)).isZero();
    assertThat(vault.count(PATH)).as("never with a token that has ended").isEqualTo(2);
  }

  @Test
  void logsInAgainWhenItsTokenIsNotRenewed() throws SecretException {
    try (VaultSource source = source()) {
      token(source);
      pass(Duration.ofMinutes(45));
      vault.renews = false;
      assertThat(token(source)).isEqualTo("the-token");
      assertThat(vault.count(LOGIN)).isEqualTo(2);

      // At the end of the longest life a renewal gives nothing.
      vault.renews = true;
      vault.renewedLease = 300;
      pass(Duration.ofMinutes(45));
      assertThat(token(source)).isEqualTo("the-token");
      assertThat(vault.count(LOGIN)).isEqualTo(3);
    }
  }

  @Test
  void takesATokenThatCannotBeRenewed() throws SecretException {
    vault.renewable = false;
    try (VaultSource source = source()) {
      token(source);
      pass(Duration.ofMinutes(45));
      token(source);
      assertThat(vault.count(LOGIN)).isEqualTo(1);
      pass(Duration.ofMinutes(15));
      token(source);
      assertThat(vault.count(LOGIN)).isEqualTo(2);
    }
    assertThat(vault.count(RENEWAL)).isZero();
  }

  @Test
  void logsInAgainWhenItsTokenWasRevoked() throws SecretException {
    try (VaultSource source = source()) {
      token(source);
      vault.revokeAll();
      assertThat(token(source)).isEqualTo("the-token");
    }
    assertThat(vault.count(LOGIN)).isEqualTo(2);
  }

  @Test
  void tellsOfADenial() {
    vault.instead =
        exchange -> {
          boolean read = exchange.getRequestMethod().equals("GET");
          if (read) {
            FakeVault.say(exchange, 403, "{\"errors\":[\"hvs.1 may not\"]}");
          }
          return read;
        };
    try (VaultSource source = source()) {
      fails(source, "Vault denies reading it (status 403)");
      assertThat(vault.count(LOGIN)).isEqualTo(1);
      fails(source, "Vault denies reading it (status 403)");
      assertThat(vault.count(LOGIN)).as("once more, for it may have been revoked").isEqualTo(2);
    }
    vault.secretId = "another";
    try (VaultSource source = source()) {
      fails(source, "Vault denies the login by AppRole (status 400)");
    }
  }

  @Test
  void readsTheSecretIdAgainAtEachLogin() throws Exception {
    Path file = Files.writeString(folder.resolve("secret-id"), "secret-1\n");
    try (VaultSource source = source(Secret.ofFile(file), "", Duration.ofSeconds(10))) {
      token(source);
      vault.secretId = "secret-2";
      vault.revokeAll();
      fails(source, "Vault denies the login by AppRole (status 400)");
      Files.writeString(file, "secret-2\n");
      assertThat(token(source)).isEqualTo("the-token");
    }
  }

  @Test
  void tellsOfWhatIsNotThere() throws SecretException {
    try (VaultSource source = source()) {
      StoredSecret read = source.read(PATH);
      for (String field : new String[] {"none", "n", ""}) {
        assertThatThrownBy(() -> read.value(field)).hasMessageStartingWith("what stands there ");
      }
      vault.secrets.remove(PATH);
      fails(source, "Vault has nothing there (status 404)");
      vault.secrets.put(PATH, "{\"token\":\" \"}");
      fails(source, "what stands there is empty");
      vault.secrets.put(PATH, "null");
      fails(source, "Vault's answer has no object 'data'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "hvs.1",
        "{\"auth\":1}",
        "{\"auth\":{\"client_token\":\"hvs.1\"}}",
        "{\"auth\":{\"client_token\":\"hvs.1\\r\\nX-Other: 1\",\"lease_duration\":60}}",
        "{\"auth\":{\"client_token\":\"hvs.1\",\"lease_duration\":\"long\"}}",
        "{\"auth\":{\"client_token\":\"hvs.1\",\"lease_duration\":60}} {}",
        "{\"auth\":{\"client_token\":\"hvs.1\\ud800\",\"lease_duration\":60}}"
      })
  void takesNoAnswerThatIsNone(String body) {
    vault.instead =
        exchange -> {
          FakeVault.say(exchange, 200, body);
          return true;
        };
    try (VaultSource source = source()) {
      assertThatThrownBy(() -> token(source))
          .isInstanceOf(SecretException.class)
          .hasMessageStartingWith("Vault's answer")
          .hasMessageNotContaining("hvs");
    }
  }

  @Test
  void takesNoAnswerOfDeepNestingOrManyFields() {
    String nested = "{\"a\":".repeat(5000) + "1" + "}".repeat(5000);
    var many = new StringBuilder("{\"a\":1");
    for (int i = 0; i < 1500; i++) {
      many.append(",\"a").append(i).append("\":1");
    }
    for (String body : new String[] {nested, many.append('}').toString()}) {
      vault.instead =
          exchange -> {
            FakeVault.say(exchange, 200, body);
            return true;
          };
      try (VaultSource source = source()) {
        fails(source, "Vault's answer is no object of JSON");
      }
    }
  }

  @Test
  void readsNoAnswerWithoutEnd() {
    vault.secrets.put(PATH, "{\"token\":\"" + "a".repeat(SecretSource.ANSWER_BYTES) + "\"}");
    try (VaultSource source = source()) {
      fails(source, "Vault does not answer: IOException");
    }
  }

  @Test
  void waitsForNoAnswerThatDoesNotEnd() {
    var id = new FixedSecret("vault.secret-id", "secret-1");
    for (FakeVault.Instead slow : new FakeVault.Instead[] {_ -> vault.hang(), vault::drip}) {
      vault.instead = slow;
      try (VaultSource source = source(id, "", Duration.ofMillis(400))) {
        fails(source, "Vault has not answered within 400 ms");
      }
    }
  }

  @Test
  void followsNobodyElsewhere() throws IOException {
    try (FakeVault other = new FakeVault();
        VaultSource source = source()) {
      vault.instead =
          exchange -> {
            exchange.getResponseHeaders().add("Location", other.address() + "/v1/" + LOGIN);
            FakeVault.say(exchange, 307, "");
            return true;
          };
      fails(source, "Vault fails at the login by AppRole (status 307)");
      assertThat(other.asked).isEmpty();
    }
  }

  @Test
  void comesBackAfterAnOutage() throws SecretException {
    try (VaultSource source = source()) {
      vault.instead =
          exchange -> {
            FakeVault.say(exchange, 503, "{\"errors\":[\"Vault is sealed\"]}");
            return true;
          };
      fails(source, "Vault fails at the login by AppRole (status 503)");
      vault.instead = null;
      assertThat(token(source)).isEqualTo("the-token");
      vault.close();
      fails(source, "Vault does not answer: ConnectException");
    }
  }

  @Test
  void saysWhichSettingsItTakes() {
    refuses("", "role-1", "vault.address, vault.role-id and vault.secret-id");
    refuses(vault.address(), "", "vault.address, vault.role-id and vault.secret-id");
    for (String address :
        new String[] {
          "http://vault.example.com:8200",
          "http://10.0.0.1:8200",
          "http://127.0.0.1.example.com",
          "ftp://127.0.0.1",
          "localhost:8200",
          "https:///x",
          "https://user@vault.example.com",
          "https://vault.example.com?x=1",
          "https://vault example.com"
        }) {
      refuses(address, "role-1", "vault.address is not an address as https://");
    }
  }

  private static void refuses(String address, String role, String sentence) {
    var settings = new SecretSettings.Vault(address, role, SecretValue.NONE, Optional.empty(), "");
    assertThatThrownBy(() -> VaultSession.open(settings, new FixedSecret("x", "y")))
        .isInstanceOf(SecretException.class)
        .hasMessageContaining(sentence);
  }
}
