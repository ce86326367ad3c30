package dev.flashq.secrets.aws;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretProvider;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.SecretSource;

/** Opens AWS Secrets Manager. Itself it knows none of the SDK's classes. */
public final class AwsSecretProvider implements SecretProvider {
  @Override
  public String scheme() {
    return SecretReference.AWS;
  }

  @Override
  public SecretSource open(SecretSettings settings) throws SecretException {
    return AwsSecretSource.open(AwsPlace.ofSecrets(settings.aws()));
  }
}
