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
  private static final int WRAPPED_LENGTH = NONCE_BYTES + KEY_BYTES + TAG_BITS / Byte.SIZE;
  private static final int ID_BYTES = 8;
  private static final byte[] ID_PREFIX = "flashQ master key ".getBytes(US_ASCII);

  private final byte[] key;
  private final String id;
  private volatile boolean closed;

  private LocalMasterKey(byte[] key) {
    this.key = key;
    this.id = "local:" + fingerprint(key);
  }

  /**
   * @param text 32 bytes in 64 hexadecimal digits or in base64; white space around it is no part
   */
  public static LocalMasterKey parse(byte[] text) throws SecretException {
    byte[] key = decoded(text);
    if (key.length != KEY_BYTES) {
      Arrays.fill(key, (byte) 0);
      throw wrongForm();
    }
    return new LocalMasterKey(key);
  }

  /** By arrays, which can be zeroed as no text can. */
  private static byte[] decoded(byte[] text) throws SecretException {
    byte[] trimmed = trimmed(text);
    char[] digits = new char[trimmed.length];
    try {
      if (trimmed.length != 2 * KEY_BYTES) {
        return Base64.getDecoder().decode(trimmed);
      }
      for (int i = 0; i < digits.length; i++) {
        digits[i] = (char) (trimmed[i] & 0xff);
      }
      return HexFormat.of().parseHex(digits, 0, digits.length);
    } catch (IllegalArgumentException _) {
      throw wrongForm();
    } finally {
      Arrays.fill(trimmed, (byte) 0);
      Arrays.fill(digits, '\0');
    }
  }

  private static byte[] trimmed(byte[] text) {
    int from = 0;
    int to = text.length;
    while (from < to && Character.isWhitespace(text[from])) {
      from++;
    }
    while (from < to && Character.isWhitespace(text[to - 1])) {
      to--;
    }
    return Arrays.copyOfRange(text, from, to);
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
    MasterKey.requireKey(wrapped);
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    byte[] sealed = Arrays.copyOf(nonce, WRAPPED_LENGTH);
    try {
      cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(wrapped, 0, wrapped.length, sealed, NONCE_BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new SecretException("the key cannot be wrapped: " + e.getClass().getSimpleName());
    }
  }

  @Override
  public byte[] unwrap(byte[] wrapped) throws SecretException {
    if (wrapped.length != WRAPPED_LENGTH) {
      throw new SecretException("what was wrapped has another length");
    }
    try {
      return cipher(Cipher.DECRYPT_MODE, wrapped)
          .doFinal(wrapped, NONCE_BYTES, wrapped.length - NONCE_BYTES);
    } catch (AEADBadTagException _) {
      throw new SecretException("it was wrapped by another master key, or has been changed");
    } catch (GeneralSecurityException e) {
      throw new SecretException("the key cannot be unwrapped: " + e.getClass().getSimpleName());
    }
  }

  /** With the nonce that the bytes begin with. */
  private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException, SecretException {
    if (closed) {
      throw new SecretException("the master key is closed");
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
    cipher.updateAAD(id.getBytes(US_ASCII));
    return cipher;
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(key, (byte) 0);
  }

  @Override
  public String toString() {
    return id;
  }
}
