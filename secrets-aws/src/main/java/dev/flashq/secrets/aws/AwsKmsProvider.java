package dev.flashq.secrets.aws;

import dev.flashq.security.seal.MasterKey;
import dev.flashq.security.seal.MasterKeyProvider;
import dev.flashq.security.seal.MasterKeyReference;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSettings;

/** Opens keys of AWS KMS. Itself it knows none of the SDK's classes. */
public final class AwsKmsProvider implements MasterKeyProvider {
  @Override
  public String scheme() {
    return MasterKeyReference.AWS_KMS;
  }

  @Override
  public MasterKey open(String key, SecretSettings settings) throws SecretException {
    return AwsKmsKey.open(key, AwsPlace.ofKeys(settings.aws()));
  }
}
