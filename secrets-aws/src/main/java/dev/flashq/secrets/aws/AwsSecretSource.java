package dev.flashq.secrets.aws;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSource;
import dev.flashq.security.secrets.StoredSecret;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** AWS Secrets Manager. */
final class AwsSecretSource implements SecretSource {
  private static final AwsCalls CALLS = new AwsCalls("AWS Secrets Manager", Map.of());

  private final SecretsManagerClient client;

  private AwsSecretSource(SecretsManagerClient client) {
    this.client = client;
  }

  static AwsSecretSource open(AwsPlace place) {
    return new AwsSecretSource(AwsCalls.limited(SecretsManagerClient.builder(), place).build());
  }

  @Override
  public StoredSecret read(String place) throws SecretException {
    @Nullable String text =
        CALLS.ask(() -> client.getSecretValue(request -> request.secretId(place)).secretString());
    if (text == null) {
      throw new SecretException("what stands there is no text");
    }
    return StoredSecret.ofText(text);
  }

  @Override
  public void close() {
    client.close();
  }
}
