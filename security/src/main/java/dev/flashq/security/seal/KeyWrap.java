package dev.flashq.security.seal;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Wraps keys under another key: a nonce of 12 random bytes, then AES-256-GCM. With random nonces
 * one key wraps 2^32 others at most (NIST SP 800-38D, 8.3).
 */
public final class KeyWrap {
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  /** Bytes of a wrapped key. */
  public static final int BYTES = NONCE_BYTES + MasterKey.KEY_BYTES + TAG_BYTES;

  private KeyWrap() {}

  /**
   * @param purpose must be the same when it is unwrapped
   */
  public static byte[] wrap(byte[] under, byte[] key, byte[] purpose, SecureRandom random) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] wrapped = Arrays.copyOf(nonce, NONCE_BYTES + key.length + TAG_BYTES);
    try {
      cipher(Cipher.ENCRYPT_MODE, under, nonce, purpose)
          .doFinal(key, 0, key.length, wrapped, NONCE_BYTES);
      return wrapped;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-GCM", e);
    }
  }

  /** Fails when it was wrapped under another key, for something else, or has been changed. */
  public static byte[] unwrap(byte[] under, byte[] wrapped, byte[] purpose)
      throws UnreadableException {
    if (wrapped.length != BYTES) {
      throw new UnreadableException("a wrapped key of another length");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, under, wrapped, purpose)
          .doFinal(wrapped, NONCE_BYTES, wrapped.length - NONCE_BYTES);
    } catch (GeneralSecurityException _) {
      throw new UnreadableException("a key that was wrapped under another key, or was changed");
    }
  }

  private static Cipher cipher(int mode, byte[] under, byte[] nonce, byte[] purpose)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(under, "AES"),
        new GCMParameterSpec(Byte.SIZE * TAG_BYTES, nonce, 0, NONCE_BYTES));
    cipher.updateAAD(purpose);
    return cipher;
  }
}
