package dev.flashq.examples.guide;

import dev.flashq.client.TokenSource;
import dev.flashq.client.secure.AwsToken;
import dev.flashq.client.secure.VaultToken;
import java.net.URI;
import java.nio.file.Path;

/** Where a token comes from that stands in no program and no image. */
public final class Secrets {
  private Secrets() {}

  /** A secret that Kubernetes mounts; it is read again when the cluster refuses what it held. */
  public static TokenSource mounted() {
    return mounted(Path.of("/etc/secrets/flashq-token"));
  }

  public static TokenSource mounted(Path file) {
    return TokenSource.file(file);
  }

  /**
   * Logs in to Vault by AppRole, whose secret id is mounted, and reads {@code token} of a secret.
   */
  public static TokenSource vault(URI address, String roleId, Path secretId) {
    return VaultToken.at(address, roleId, TokenSource.file(secretId))
        .secret("secret/data/flashq", "token");
  }

  /** Reads the secret with what AWS's SDK finds of credentials. */
  public static TokenSource aws() {
    return new AwsToken("us-east-1", "flashq/production/token");
  }

  /** The same where a network has an endpoint of its own, as one without the internet needs. */
  public static TokenSource aws(URI endpoint) {
    return new AwsToken("us-east-1", endpoint, "flashq/production/token");
  }
}
