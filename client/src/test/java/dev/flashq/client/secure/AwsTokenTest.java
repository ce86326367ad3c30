package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.secure.HttpStub.Told;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** AWS's own SDK against a server that speaks GetSecretValue, as documented. */
class AwsTokenTest {
  private HttpStub aws;

  @BeforeEach
  void start() throws IOException {
    aws = new HttpStub();
    aws.script =
        _ ->
            new Told(
                200, "{\"Name\":\"flashq/production/token\",\"SecretString\":\"the-token\\n\"}");
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  private AwsToken source(@Nullable String field) {
    return new AwsToken(
        SecretsManagerClient.builder()
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create("AKIDEXAMPLE", "the-key")))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .overrideConfiguration(
                limits ->
                    limits
                        .apiCallAttemptTimeout(Duration.ofSeconds(1))
                        .apiCallTimeout(Duration.ofSeconds(3)))
            .endpointOverride(aws.address())
            .build(),
        "flashq/production/token",
        field);
  }

  @Test
  void asksForTheSecretWithASignature() throws IOException {
    try (AwsToken source = source(null)) {
      assertThat(source.token()).isEqualTo("the-token");
    }
    var asked = aws.asked.getFirst();
    assertThat(asked.target()).isEqualTo("secretsmanager.GetSecretValue");
    assertThat(asked.body()).isEqualTo("{\"SecretId\":\"flashq/production/token\"}");
    assertThat(asked.authorization())
        .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        .contains("/us-east-1/secretsmanager/aws4_request", "Signature=")
        .doesNotContain("the-key");
  }

  @Test
  void takesAFieldOfASecretInJson() throws IOException {
    aws.script =
        _ -> new Told(200, "{\"SecretString\":\"{\\\"token\\\":\\\"inner\\\",\\\"n\\\":1}\"}");
    try (AwsToken source = source("token");
        AwsToken number = source("n");
        AwsToken none = source("none")) {
      assertThat(source.token()).isEqualTo("inner");
      assertThatThrownBy(number::token).hasMessageContaining("holds no token");
      assertThatThrownBy(none::token).hasMessageContaining("holds no token");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400,AccessDeniedException",
    "400,ResourceNotFoundException",
    "400,ExpiredTokenException",
    "500,InternalServiceError"
  })
  void tellsOfARefusal(int status, String type) throws IOException {
    aws.script =
        _ -> new Told(status, "{\"__type\":\"" + type + "\",\"message\":\"the-token of arn:aws\"}");
    try (AwsToken source = source(null)) {
      assertThatThrownBy(source::token)
          .isInstanceOf(IOException.class)
          .hasMessage("AWS Secrets Manager refuses flashq/production/token: " + type);
      aws.script = _ -> new Told(200, "{\"SecretString\":\"the-token\"}");
      assertThat(source.token()).as("afterwards").isEqualTo("the-token");
    }
  }

  @Test
  void tellsOfASecretThatIsNoText() {
    aws.script = _ -> new Told(200, "{\"SecretBinary\":\"AAAA\"}");
    try (AwsToken source = source(null)) {
      assertThatThrownBy(source::token)
          .hasMessage("the secret flashq/production/token in AWS Secrets Manager holds no token");
    }
  }

  @Test
  void givesUpOnAnAnswerThatDoesNotCome() {
    var never = new CountDownLatch(1);
    aws.script =
        _ -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return new Told(500, "{}");
        };
    long start = System.nanoTime();
    try (AwsToken source = source(null)) {
      assertThatThrownBy(source::token)
          .isInstanceOf(IOException.class)
          .hasMessageMatching(
              "AWS Secrets Manager does not answer: ApiCall(Attempt)?TimeoutException");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
  }

  @Test
  void tellsOfAnOutage() {
    aws.close();
    try (AwsToken source = source(null)) {
      assertThatThrownBy(source::token)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("AWS Secrets Manager does not answer: ");
    }
  }
}
