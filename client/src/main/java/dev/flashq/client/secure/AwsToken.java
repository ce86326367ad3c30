package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.client.TokenSource;
import dev.flashq.protocol.wire.WireException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;
import software.amazon.awssdk.services.secretsmanager.model.SecretsManagerException;

/**
 * A token out of AWS Secrets Manager. Needs {@code software.amazon.awssdk:secretsmanager} and
 * {@code url-connection-client} on the class path; who may read the secret is found as AWS's SDK
 * does (environment, profile, role of the machine).
 */
public final class AwsToken implements TokenSource, AutoCloseable {
  private static final Duration ATTEMPT = Duration.ofSeconds(5);
  private static final Duration ALL_ATTEMPTS = Duration.ofSeconds(15);

  private final SecretsManagerClient client;
  private final String secretId;
  private final @Nullable String field;

  /**
   * A secret in a region, such as {@code us-east-1}; its text is the token.
   *
   * @param secretId such as {@code flashq/production/token}
   */
  public AwsToken(String region, String secretId) {
    this(client(region, null), secretId, null);
  }

  /** The same at another address than AWS's own. */
  public AwsToken(String region, URI endpoint, String secretId) {
    this(client(region, endpoint), secretId, null);
  }

  /**
   * With a client of the program's own; it is closed by {@link #close}.
   *
   * @param field of a secret that is an object of JSON; null: its whole text is the token
   */
  public AwsToken(SecretsManagerClient client, String secretId, @Nullable String field) {
    this.client = client;
    this.secretId = secretId;
    this.field = field;
  }

  private static SecretsManagerClient client(String region, @Nullable URI endpoint) {
    SecretsManagerClientBuilder builder =
        SecretsManagerClient.builder()
            .region(Region.of(region))
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .overrideConfiguration(
                limits -> limits.apiCallAttemptTimeout(ATTEMPT).apiCallTimeout(ALL_ATTEMPTS));
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    return builder.build();
  }

  /** Each question has its price. */
  @Override
  public Duration recheck() {
    return Duration.ofMinutes(5);
  }

  @Override
  public String token() throws IOException {
    String secret = secret();
    String token = field == null ? secret : field(secret, field);
    if (token == null || token.isBlank()) {
      throw new IOException("the secret " + secretId + " in AWS Secrets Manager holds no token");
    }
    return token.strip();
  }

  private @Nullable String secret() throws IOException {
    try {
      return client.getSecretValue(request -> request.secretId(secretId)).secretString();
    } catch (SecretsManagerException e) {
      throw new IOException(
          "AWS Secrets Manager refuses "
              + secretId
              + ": "
              + (e.awsErrorDetails() == null
                  ? "status " + e.statusCode()
                  : e.awsErrorDetails().errorCode()),
          e);
    } catch (SdkException e) {
      throw new IOException(
          "AWS Secrets Manager does not answer: " + e.getClass().getSimpleName(), e);
    }
  }

  private static @Nullable String field(@Nullable String secret, String field) {
    try {
      return secret != null
              && Data.json(secret).value() instanceof Map<?, ?> map
              && map.get(field) instanceof String text
          ? text
          : null;
    } catch (WireException e) {
      return null;
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
