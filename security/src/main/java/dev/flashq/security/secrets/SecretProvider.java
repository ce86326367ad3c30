package dev.flashq.security.secrets;

/**
 * Opens a store of secrets that not everybody has; found by {@link java.util.ServiceLoader}, and
 * only when a reference needs it.
 */
public interface SecretProvider {
  /** With what its references begin. */
  String scheme();

  /** Asks nothing yet; fails with a sentence when the settings are not enough. */
  SecretSource open(SecretSettings settings) throws SecretException;
}
