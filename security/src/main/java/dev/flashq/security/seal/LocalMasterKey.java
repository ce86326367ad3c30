package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flashq.security.secrets.SecretException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A master key that this process holds. What it wraps is a nonce of 12 random bytes and AES-256-GCM
 * with its name as additional data; it wraps a few keys a year.
 */
public final class LocalMasterKey implements MasterKey {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int ID_BYTES = 8;
  private static final byte[] ID_PREFIX = "flashQ master key ".getBytes(US_ASCII);

  private final byte[] key;
  private final String id;

  private LocalMasterKey(byte[] key) {
    this.key = key;
    this.id = "local:" + fingerprint(key);
  }

  /**
   * @param text 32 bytes in 64 hexadecimal digits or in base64; white space around it is no part
   */
  public static LocalMasterKey parse(byte[] text) throws SecretException {
    byte[] trimmed = new String(text, US_ASCII).strip().getBytes(US_ASCII);
    byte[] key = decoded(trimmed);
    Arrays.fill(trimmed, (byte) 0);
    if (key.length != KEY_BYTES) {
      Arrays.fill(key, (byte) 0);
      throw wrongForm();
    }
    return new LocalMasterKey(key);
  }

  private static byte[] decoded(byte[] text) throws SecretException {
    try {
      return text.length == 2 * KEY_BYTES
          ? HexFormat.of().parseHex(new String(text, US_ASCII))
          : Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException _) {
      throw wrongForm();
    }
  }

  private static SecretException wrongForm() {
    return new SecretException(
        "a master key is 32 bytes in 64 hexadecimal digits or in base64, as 'openssl rand -hex 32' makes them");
  }

  private static String fingerprint(byte[] key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ID_PREFIX);
      return HexFormat.of().formatHex(digest.digest(key), 0, ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public byte[] wrap(byte[] wrapped) throws SecretException {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + wrapped.length + TAG_BITS / Byte.SIZE);
    try {
      cipher(Cipher.ENCRYPT_MODE, nonce, 0)
          .doFinal(wrapped, 0, wrapped.length, sealed, NONCE_BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new SecretException("the key cannot be wrapped: " + e.getClass().getSimpleName());
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped) throws SecretException {
    if (wrapped.length != NONCE_BYTES + KEY_BYTES + TAG_BITS / Byte.SIZE) {
      throw new SecretException("what was wrapped has another length");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, wrapped, 0)
          .doFinal(wrapped, NONCE_BYTES, wrapped.length - NONCE_BYTES);
    } catch (AEADBadTagException _) {
      throw new SecretException("it was wrapped by another master key, or has been changed");
    } catch (GeneralSecurityException e) {
      throw new SecretException("the key cannot be unwrapped: " + e.getClass().getSimpleName());
    }
  }

  private Cipher cipher(int mode, byte[] nonce, int from) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(key, "AES"),
        new GCMParameterSpec(TAG_BITS, nonce, from, NONCE_BYTES));
    cipher.updateAAD(id.getBytes(US_ASCII));
    return cipher;
  }

  @Override
  public void close() {
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return id;
  }
}
