package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretException;

/** Master keys: one that wraps, and it and others that unwrap. One caller at a time. */
public interface WrappingKeys {
  MasterKey newest();

  /**
   * By the key of this id.
   *
   * @param id as whatever was wrapped says; it may be any text
   */
  byte[] unwrap(String id, byte[] wrapped) throws SecretException;

  /** A single one. */
  static WrappingKeys of(MasterKey only) {
    return new WrappingKeys() {
      @Override
      public MasterKey newest() {
        return only;
      }

      @Override
      public byte[] unwrap(String id, byte[] wrapped) throws SecretException {
        if (!id.equals(only.id())) {
          throw new SecretException("this node has no such master key; it has " + only.id());
        }
        return only.unwrap(wrapped);
      }
    };
  }
}
