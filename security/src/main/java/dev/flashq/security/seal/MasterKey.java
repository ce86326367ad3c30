package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretException;

/**
 * A key outside of the cluster that wraps keys of the cluster. It may be asked by the network; one
 * caller at a time.
 */
public interface MasterKey extends AutoCloseable {
  /** Bytes of a key that is wrapped. */
  int KEY_BYTES = 32;

  /** Bytes that a wrapped key has at most. */
  int WRAPPED_BYTES = 8 * 1024;

  /** Which key it is, in at most 512 printable characters. It is no secret. */
  String id();

  /**
   * @param key {@link #KEY_BYTES} long
   */
  byte[] wrap(byte[] key) throws SecretException;

  /** What was wrapped by the key of this {@link #id()}, by an older version of it too. */
  byte[] unwrap(byte[] wrapped) throws SecretException;

  @Override
  void close();

  /** Of what is to be wrapped. */
  static void requireKey(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key has " + KEY_BYTES + " bytes");
    }
  }
}
