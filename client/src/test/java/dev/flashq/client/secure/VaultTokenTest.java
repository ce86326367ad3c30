package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.Data;
import dev.flashq.client.FakeNode;
import dev.flashq.client.FlashQ;
import dev.flashq.client.TokenSource;
import dev.flashq.client.secure.HttpStub.Asked;
import dev.flashq.client.secure.HttpStub.Told;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server that speaks the part of Vault's API that is asked for, as documented. */
class VaultTokenTest {
  private final AtomicInteger logins = new AtomicInteger();
  private HttpStub vault;
  private volatile int lease = 3600;
  private volatile String secret = "the-token";

  @BeforeEach
  void start() throws IOException {
    vault = new HttpStub();
    vault.script = this::answer;
  }

  @AfterEach
  void stop() {
    vault.close();
  }

  private Told answer(Asked asked) {
    if (asked.path().equals("/v1/auth/approle/login")) {
      return asked.body().contains("\"role-1\"") && asked.body().contains("\"secret-1\"")
          ? new Told(
              200,
              "{\"auth\":{\"client_token\":\"hvs."
                  + logins.incrementAndGet()
                  + "\",\"lease_duration\":"
                  + lease
                  + ",\"renewable\":true}}")
          : new Told(400, "{\"errors\":[\"invalid role or secret ID\"]}");
    }
    if (!asked.token().equals("hvs." + logins.get())) {
      return new Told(403, "{\"errors\":[\"permission denied\"]}");
    }
    return asked.path().equals("/v1/secret/data/flashq")
        ? new Told(
            200,
            "{\"data\":{\"data\":{\"token\":\""
                + secret
                + "\",\"n\":1},\"metadata\":{\"version\":3}}}")
        : new Told(404, "{\"errors\":[]}");
  }

  private VaultToken source() {
    return VaultToken.at(vault.address(), "role-1", TokenSource.of("secret-1"))
        .secret("secret/data/flashq", "token");
  }

  private static void fails(TokenSource source, String sentence) {
    assertThatThrownBy(source::token)
        .isInstanceOf(IOException.class)
        .hasMessage(sentence)
        .hasMessageNotContaining("secret-1")
        .hasMessageNotContaining("hvs");
  }

  @Test
  void logsInAndReadsTheField() throws IOException {
    VaultToken source = source();

    assertThat(source.token()).isEqualTo("the-token");
    secret = "the-next";
    assertThat(source.token()).isEqualTo("the-next");
    assertThat(logins).hasValue(1);
    assertThat(vault.asked.getFirst().method()).isEqualTo("POST");
    assertThat(vault.asked.getFirst().body())
        .contains("\"role_id\":\"role-1\"", "\"secret_id\":\"secret-1\"");
  }

  @Test
  void logsInAgainWhenItsLeaseHasEnded() throws IOException {
    lease = 1;
    VaultToken source = source();
    source.token();
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (logins.get() < 2 && System.nanoTime() < end) {
      source.token();
    }
    assertThat(logins.get()).isEqualTo(2);
  }

  @Test
  void logsInAgainWhenItsTokenWasRevoked() throws IOException {
    VaultToken source = source();
    source.token();
    logins.incrementAndGet(); // the one before is good no more

    assertThat(source.token()).isEqualTo("the-token");
    assertThat(logins).hasValue(3);
  }

  @Test
  void tellsOfADenial() {
    vault.script =
        asked ->
            asked.method().equals("GET") ? new Told(403, "{\"errors\":[\"hvs\"]}") : answer(asked);
    fails(source(), "Vault refuses reading secret/data/flashq with status 403");
    assertThat(logins).as("it logs in once for each question").hasValue(1);
    var wrong =
        VaultToken.at(vault.address(), "role-1", TokenSource.of("secret-2"))
            .secret("secret/data/flashq", "token");
    fails(wrong, "Vault refuses logging in with status 400");
  }

  @Test
  void tellsOfWhatIsNotThere() {
    VaultToken.Builder login = VaultToken.at(vault.address(), "role-1", TokenSource.of("secret-1"));
    fails(
        login.secret("secret/data/none", "token"),
        "Vault fails at reading secret/data/none with status 404");
    fails(
        login.secret("secret/data/flashq", "none"),
        "the secret secret/data/flashq in Vault has no text in the field none");
    fails(
        login.secret("secret/data/flashq", "n"),
        "the secret secret/data/flashq in Vault has no text in the field n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "hvs", "{\"auth\":1}", "{\"auth\":{\"client_token\":\"hvs\"}}"})
  void tellsOfAnAnswerThatIsNone(String body) {
    vault.script = _ -> new Told(200, body);
    assertThatThrownBy(source()::token)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Vault's answer")
        .hasMessageNotContaining("hvs");
  }

  @Test
  void doesNotReadAnAnswerWithoutEnd() {
    vault.script = _ -> new Told(200, " ".repeat(2 << 20));
    fails(source(), "Vault does not answer: IOException");
  }

  @Test
  void givesUpOnAnAnswerThatDoesNotCome() {
    var never = new CountDownLatch(1);
    vault.script =
        _ -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return new Told(500, "");
        };
    long start = System.nanoTime();
    fails(source(), "Vault does not answer: HttpTimeoutException");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
  }

  @Test
  void comesBackAfterAnOutage() throws IOException {
    VaultToken source = source();
    vault.script = _ -> new Told(503, "{\"errors\":[\"Vault is sealed\"]}");
    fails(source, "Vault fails at logging in with status 503");
    vault.script = this::answer;
    assertThat(source.token()).isEqualTo("the-token");
    vault.close();
    fails(source, "Vault does not answer: ConnectException");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://vault.example.com:8200",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "localhost:8200",
        "http://10.0.0.1:8200",
        "https:///x"
      })
  void sendsNoSecretInTheClear(String address) {
    assertThatThrownBy(() -> VaultToken.at(URI.create(address), "r", TokenSource.of("s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with https unless it is on this machine");
  }

  @Test
  void takesAddressesOfThisMachineAndOthersWithTls() {
    for (String good :
        new String[] {"http://localhost:8200", "http://[::1]:8200", "https://vault.example.com"}) {
      assertThat(VaultToken.at(URI.create(good), "r", TokenSource.of("s"))).isNotNull();
    }
    assertThatThrownBy(
            () -> VaultToken.at(vault.address(), "r", TokenSource.of("s")).secret("a/../b", "f"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void givesAClientTheNextTokenWhenTheOldOneIsRefused() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).token(source()).connect()) {
      node.script(
          request -> {
            boolean wrong = request.contains("AUTH") && !request.contains("\"the-next\"");
            secret = "the-next";
            return wrong
                ? "\"ok\":false,\"error\":\"Invalid token\",\"code\":\"INVALID_TOKEN\""
                : "\"ok\":true,\"id\":7";
          });
      org.awaitility.Awaitility.await()
          .ignoreExceptions()
          .atMost(Duration.ofSeconds(10))
          .until(() -> client.push("q", Data.NULL).join() == 7);
      assertThat(node.of("AUTH").getLast()).contains("the-next");
    }
  }
}
