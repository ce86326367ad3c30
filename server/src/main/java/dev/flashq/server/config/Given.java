package dev.flashq.server.config;

import dev.flashq.security.secrets.SecretReference;
import java.util.Optional;

/** What a key says that may hold a secret: what is wanted, or where it stands. */
public sealed interface Given<T> {
  /** It stands in the configuration; it is not shown. */
  record Here<T>(T value) implements Given<T> {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** It stands elsewhere, and may change. */
  record Elsewhere<T>(SecretReference reference) implements Given<T> {
    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /** Empty when it stands elsewhere. */
  default Optional<T> here() {
    return this instanceof Here<T>(T value) ? Optional.of(value) : Optional.empty();
  }
}
