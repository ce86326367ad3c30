package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretSettings;

/**
 * Opens master keys of a kind that not everybody has; found by {@link java.util.ServiceLoader}, and
 * only when the configuration names one.
 */
public interface MasterKeyProvider {
  /** With what the names of its keys begin in the configuration. */
  String scheme();

  /** Asks nothing yet; fails with a sentence when the settings are not enough. */
  MasterKey open(String key, SecretSettings settings) throws SecretException;
}
