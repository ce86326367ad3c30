package dev.flashq.security.secrets;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the stores of secrets are reached. Nothing of it is looked at before a reference needs it.
 *
 * @param refresh after which a store is asked again
 */
public record SecretSettings(Vault vault, Aws aws, Duration refresh) {

  /**
   * HashiCorp Vault; empty texts are unset.
   *
   * @param address as in {@code VAULT_ADDR}
   * @param roleId of the AppRole
   * @param secretId of the AppRole, or where it stands
   * @param ca certificates of the authorities that sign Vault's; empty: those that Java knows
   * @param namespace of Vault Enterprise
   */
  public record Vault(
      String address, String roleId, SecretValue secretId, Optional<Path> ca, String namespace) {}

  /**
   * AWS; empty texts are unset.
   *
   * @param endpoint in place of AWS's own for secrets
   * @param kmsEndpoint the same for keys: they are asked elsewhere
   */
  public record Aws(String region, String endpoint, String kmsEndpoint) {}
}
