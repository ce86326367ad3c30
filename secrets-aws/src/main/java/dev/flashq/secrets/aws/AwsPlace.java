package dev.flashq.secrets.aws;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.StoreAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a service of AWS is asked.
 *
 * @param endpoint null: AWS's own
 */
record AwsPlace(String region, @Nullable URI endpoint) {
  static AwsPlace ofSecrets(SecretSettings.Aws settings) throws SecretException {
    return checked(settings.region(), "aws.endpoint", settings.endpoint());
  }

  static AwsPlace ofKeys(SecretSettings.Aws settings) throws SecretException {
    return checked(settings.region(), "aws.kms-endpoint", settings.kmsEndpoint());
  }

  private static AwsPlace checked(String region, String key, String endpoint)
      throws SecretException {
    if (!region.matches("[a-z0-9-]{1,64}")) {
      throw new SecretException(
          "references to AWS take aws.region, such as us-east-1 (AWS_REGION is read too)");
    }
    return new AwsPlace(region, endpoint.isEmpty() ? null : StoreAddress.checked(key, endpoint));
  }
}
