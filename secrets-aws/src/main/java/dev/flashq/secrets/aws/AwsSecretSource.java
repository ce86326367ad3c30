package dev.flashq.secrets.aws;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSource;
import dev.flashq.security.secrets.StoredSecret;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClientBuilder;

/**
 * AWS Secrets Manager. Who may read is found as AWS's SDK does it: environment, profile, role of
 * the pod or of the machine.
 */
final class AwsSecretSource implements SecretSource {
  private static final Duration ATTEMPT = Duration.ofSeconds(4);
  private static final Duration ALL_ATTEMPTS = Duration.ofSeconds(SECONDS);

  /** Of a name that AWS gives to a failure. */
  private static final String CODE = "[A-Za-z0-9.]{1,64}";

  private final SecretsManagerClient client;

  AwsSecretSource(SecretsManagerClient client) {
    this.client = client;
  }

  /**
   * @param endpoint null: AWS's own
   */
  static AwsSecretSource open(String region, @Nullable URI endpoint) {
    return new AwsSecretSource(builder(region, endpoint).build());
  }

  static SecretsManagerClientBuilder builder(String region, @Nullable URI endpoint) {
    SecretsManagerClientBuilder builder =
        SecretsManagerClient.builder()
            .region(Region.of(region))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(ATTEMPT).socketTimeout(ATTEMPT))
            .overrideConfiguration(
                limits ->
                    limits
                        .apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(ALL_ATTEMPTS)
                        .addExecutionInterceptor(new AnswerLimit()));
    return endpoint == null ? builder : builder.endpointOverride(endpoint);
  }

  @Override
  public StoredSecret read(String place) throws SecretException {
    try {
      String text = client.getSecretValue(request -> request.secretId(place)).secretString();
      if (text == null) {
        throw new SecretException("what stands there is no text");
      }
      return StoredSecret.ofText(text);
    } catch (ApiCallTimeoutException | ApiCallAttemptTimeoutException _) {
      throw new SecretException(
          "AWS Secrets Manager has not answered within " + SECONDS + " seconds");
    } catch (AwsServiceException e) {
      throw new SecretException("AWS Secrets Manager denies it or fails: " + code(e));
    } catch (SdkException e) {
      throw new SecretException("AWS Secrets Manager cannot be asked: " + reason(e));
    }
  }

  /** The kind of failure, but for one that is met often: its words may hold what came in answer. */
  private static String reason(SdkException e) {
    boolean nobody = String.valueOf(e.getMessage()).startsWith("Unable to load credentials");
    return nobody ? "no credentials were found" : e.getClass().getSimpleName() + cause(e);
  }

  private static String code(AwsServiceException e) {
    String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    return code != null && code.matches(CODE) ? code : "status " + e.statusCode();
  }

  private static String cause(SdkException e) {
    Throwable cause = e.getCause();
    return cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")";
  }

  @Override
  public void close() {
    client.close();
  }
}
