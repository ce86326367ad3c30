package dev.flashq.secrets.aws;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretProvider;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.SecretSource;
import dev.flashq.security.secrets.StoreAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Opens AWS Secrets Manager. Itself it knows none of the SDK's classes. */
public final class AwsSecretProvider implements SecretProvider {
  @Override
  public String scheme() {
    return SecretReference.AWS;
  }

  @Override
  public SecretSource open(SecretSettings settings) throws SecretException {
    SecretSettings.Aws aws = settings.aws();
    if (!aws.region().matches("[a-z0-9-]{1,64}")) {
      throw new SecretException(
          "references to AWS take aws.region, such as us-east-1 (AWS_REGION is read too)");
    }
    @Nullable URI endpoint =
        aws.endpoint().isEmpty() ? null : StoreAddress.checked("aws.endpoint", aws.endpoint());
    return AwsSecretSource.open(aws.region(), endpoint);
  }
}
