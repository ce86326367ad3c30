package dev.flashq.secrets.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.security.secrets.Secret;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.SecretSource;
import dev.flashq.security.secrets.SecretValue;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.security.secrets.UnavailableSecretException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** AWS's own SDK, found and set up as in a node, against a server that speaks GetSecretValue. */
class AwsSecretsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String NAME = "flashq/production/token";

  private FakeAws aws;

  @BeforeAll
  static void credentials() {
    FakeAws.credentials();
  }

  @AfterAll
  static void noCredentials() {
    FakeAws.noCredentials();
  }

  @BeforeEach
  void start() throws IOException {
    aws = new FakeAws();
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  private Secrets secrets(String region, String endpoint) {
    return new Secrets(
        new SecretSettings(
            new SecretSettings.Vault("", "", SecretValue.NONE, Optional.empty(), ""),
            new SecretSettings.Aws(region, endpoint, ""),
            Duration.ofMillis(50)),
        _ -> null);
  }

  private Secrets secrets() {
    return secrets("us-east-1", aws.address());
  }

  private static Secret open(Secrets secrets, String reference) {
    return secrets.open(SecretReference.parse(reference).orElseThrow());
  }

  private static String text(Secret secret) {
    try {
      return new String(secret.read(SecretSource.ANSWER_BYTES), UTF_8);
    } catch (SecretException e) {
      throw new AssertionError(e);
    }
  }

  private static void refuses(Secrets secrets, String reference, String sentence) {
    assertThatThrownBy(() -> open(secrets, reference))
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessage("The secret " + reference + " cannot be read: " + sentence)
        .hasMessageNotContaining("the-token")
        .hasNoCause();
  }

  @Test
  void asksForTheSecretWithASignature() {
    try (Secrets secrets = secrets()) {
      assertThat(text(open(secrets, "aws-secret:" + NAME))).isEqualTo("the-token");
    }
    FakeAws.Asked asked = aws.asked.getFirst();
    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.target()).isEqualTo("secretsmanager.GetSecretValue");
    assertThat(asked.body()).isEqualTo("{\"SecretId\":\"" + NAME + "\"}");
    assertThat(asked.signed())
        .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        .contains("/us-east-1/secretsmanager/aws4_request", "Signature=")
        .doesNotContain("the-key");
  }

  @Test
  void takesFieldsOfASecretInJson() {
    aws.body = FakeAws.secret("{\\\"key\\\":\\\"k1\\\",\\\"chain\\\":\\\"c1\\\",\\\"n\\\":1}");
    try (Secrets secrets = secrets()) {
      assertThat(text(open(secrets, "aws-secret:a#key"))).isEqualTo("k1");
      assertThat(text(open(secrets, "aws-secret:a#chain"))).isEqualTo("c1");
      assertThat(aws.asked).as("one question for both").hasSize(1);
      for (String field : new String[] {"n", "none"}) {
        refuses(
            secrets,
            "aws-secret:a#" + field,
            "what stands there has no text in the field '" + field + "'");
      }
    }
    aws.body = FakeAws.secret("the-token");
    try (Secrets secrets = secrets()) {
      refuses(secrets, "aws-secret:a#key", "what stands there is no object of JSON");
    }
  }

  @Test
  void takesWhatIsRotatedAndKeepsItDuringAnOutage() {
    try (Secrets secrets = secrets()) {
      Secret secret = open(secrets, "aws-secret:" + NAME);
      secrets.start();
      aws.body = FakeAws.secret("the-next");
      await().atMost(SOON).until(() -> text(secret).equals("the-next"));
      aws.status = 400;
      aws.body = FakeAws.failure("AccessDeniedException");
      await().atMost(SOON).until(secrets::isFailing);
      assertThat(text(secret)).isEqualTo("the-next");
      aws.status = 200;
      aws.body = FakeAws.secret("the-last");
      await().atMost(SOON).until(() -> text(secret).equals("the-last"));
      await().atMost(SOON).until(() -> !secrets.isFailing());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400,AccessDeniedException",
    "400,ResourceNotFoundException",
    "400,ExpiredTokenException",
    "500,InternalServiceError"
  })
  void tellsOfARefusal(int status, String type) {
    aws.status = status;
    aws.body = FakeAws.failure(type);
    try (Secrets secrets = secrets()) {
      refuses(secrets, "aws-secret:" + NAME, "AWS Secrets Manager denies it or fails: " + type);
    }
  }

  @Test
  void tellsOfARefusalWithoutAName() {
    aws.status = 403;
    for (String body : new String[] {"the-token", FakeAws.failure("the-token with more words")}) {
      aws.body = body;
      try (Secrets secrets = secrets()) {
        refuses(
            secrets, "aws-secret:" + NAME, "AWS Secrets Manager denies it or fails: status 403");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"SecretBinary\":\"AAAA\"}",
        "{}",
        "{\"SecretString\":null}",
        "{\"SecretString\":\" \"}",
        "{\"SecretString\":[\"the-token\"]}",
        "the-token",
        "[\"the-token\"]",
        "{\"SecretString\":\"the-token"
      })
  void takesNoAnswerThatIsNone(String body) {
    aws.body = body;
    try (Secrets secrets = secrets()) {
      assertThatThrownBy(() -> open(secrets, "aws-secret:" + NAME))
          .isInstanceOf(UnavailableSecretException.class)
          .hasMessageNotContaining("the-token")
          .hasMessageStartingWith("The secret aws-secret:" + NAME + " cannot be read: ");
    }
  }

  @Test
  void readsNoAnswerWithoutEnd() {
    aws.body = FakeAws.secret("a".repeat(SecretSource.ANSWER_BYTES));
    try (Secrets secrets = secrets()) {
      assertThatThrownBy(() -> open(secrets, "aws-secret:" + NAME))
          .isInstanceOf(UnavailableSecretException.class)
          .hasMessageContaining("AWS Secrets Manager cannot be asked: ");
    }
  }

  @Test
  void waitsForNoAnswerThatDoesNotEnd() {
    aws.instead = aws::drip;
    long start = System.nanoTime();
    try (Secrets secrets = secrets()) {
      refuses(
          secrets, "aws-secret:" + NAME, "AWS Secrets Manager has not answered within 10 seconds");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
  }

  @Test
  void tellsOfAnOutage() {
    aws.close();
    try (Secrets secrets = secrets()) {
      refuses(
          secrets,
          "aws-secret:" + NAME,
          "AWS Secrets Manager cannot be asked: SdkClientException (ConnectException)");
    }
  }

  @Test
  void followsNobodyElsewhere() throws IOException {
    try (FakeAws other = new FakeAws();
        Secrets secrets = secrets()) {
      aws.instead =
          (exchange, _) -> {
            exchange.getResponseHeaders().add("Location", other.address());
            exchange.sendResponseHeaders(307, -1);
          };
      refuses(secrets, "aws-secret:" + NAME, "AWS Secrets Manager denies it or fails: status 307");
      assertThat(other.asked).isEmpty();
    }
  }

  @Test
  void saysThatNobodyAsks() {
    noCredentials();
    System.setProperty("aws.disableEc2Metadata", "true");
    try (Secrets secrets = secrets()) {
      refuses(
          secrets,
          "aws-secret:" + NAME,
          "AWS Secrets Manager cannot be asked: no credentials were found");
      assertThat(aws.asked).isEmpty();
    } finally {
      System.clearProperty("aws.disableEc2Metadata");
      credentials();
    }
  }

  @Test
  void saysWhichSettingsItTakes() {
    try (Secrets secrets = secrets("", "")) {
      refuses(
          secrets,
          "aws-secret:a",
          "references to AWS take aws.region, such as us-east-1 (AWS_REGION is read too)");
    }
    try (Secrets secrets = secrets("us-east-1", "http://example.com")) {
      refuses(
          secrets,
          "aws-secret:a",
          "aws.endpoint is not an address as https://store.example.com:8200; http is for this machine only");
    }
  }
}
