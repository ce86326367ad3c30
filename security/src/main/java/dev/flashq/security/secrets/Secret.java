package dev.flashq.security.secrets;

import java.nio.file.Path;

/**
 * Something that is read again and again because it may change: a file, or what a store of secrets
 * holds. As text it is where it stands, never what it is.
 */
public interface Secret {
  /** What it is now; fails when there are more bytes than the limit. */
  byte[] read(int limit) throws SecretException;

  static Secret ofFile(Path file) {
    return new FileSecret(file);
  }
}
