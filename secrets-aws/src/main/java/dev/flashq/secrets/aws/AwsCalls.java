package dev.flashq.secrets.aws;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSource;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/**
 * How a service of AWS is asked: within limits of time and size, and with sentences for what goes
 * wrong. Who asks is found as AWS's SDK does it: environment, profile, role of the pod or of the
 * machine.
 */
final class AwsCalls {
  private static final Duration ATTEMPT = Duration.ofSeconds(4);
  private static final Duration ALL_ATTEMPTS = Duration.ofSeconds(SecretSource.SECONDS);

  /** Of a name that AWS gives to a failure. */
  private static final String CODE = "[A-Za-z0-9.]{1,64}";

  private final String service;
  private final Map<String, String> sentences;

  /**
   * @param service its name in sentences
   * @param sentences what some of the failures mean, by AWS's names for them
   */
  AwsCalls(String service, Map<String, String> sentences) {
    this.service = service;
    this.sentences = sentences;
  }

  static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> B limited(
      B builder, AwsPlace place) {
    builder
        .region(Region.of(place.region()))
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(ATTEMPT).socketTimeout(ATTEMPT))
        .overrideConfiguration(
            limits ->
                limits
                    .apiCallAttemptTimeout(ATTEMPT)
                    .apiCallTimeout(ALL_ATTEMPTS)
                    .addExecutionInterceptor(new AnswerLimit()));
    @Nullable URI endpoint = place.endpoint();
    return endpoint == null ? builder : builder.endpointOverride(endpoint);
  }

  <T extends @Nullable Object> T ask(Supplier<T> question) throws SecretException {
    try {
      return question.get();
    } catch (ApiCallTimeoutException | ApiCallAttemptTimeoutException _) {
      throw new SecretException(
          service + " has not answered within " + SecretSource.SECONDS + " seconds");
    } catch (AwsServiceException e) {
      throw new SecretException(sentence(code(e)));
    } catch (SdkException e) {
      throw new SecretException(service + " cannot be asked: " + reason(e));
    }
  }

  private String sentence(String code) {
    String known = sentences.get(code);
    return known == null ? service + " denies it or fails: " + code : known + " (" + code + ")";
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
}
