package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flashq.security.secrets.SecretException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A master key that this process holds. It wraps as {@link KeyWrap} does, with its name as the
 * purpose; a few keys a year.
 */
public final class LocalMasterKey implements MasterKey {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 8;
  private static final byte[] ID_PREFIX = "flashQ master key ".getBytes(US_ASCII);

  private final byte[] key;
  private final String id;
  private volatile boolean closed;

  private LocalMasterKey(byte[] key) {
    this.key = key;
    this.id = "local:" + Fingerprint.of(ID_BYTES, ID_PREFIX, key);
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

  @Override
  public String id() {
    return id;
  }

  @Override
  public byte[] wrap(byte[] plain) throws SecretException {
    MasterKey.requireKey(plain);
    requireOpen();
    return KeyWrap.wrap(key, plain, id.getBytes(US_ASCII), RANDOM);
  }

  @Override
  public byte[] unwrap(byte[] wrapped) throws SecretException {
    if (wrapped.length != KeyWrap.BYTES) {
      throw new SecretException("what was wrapped has another length");
    }
    requireOpen();
    try {
      return KeyWrap.unwrap(key, wrapped, id.getBytes(US_ASCII));
    } catch (UnreadableException _) {
      throw new SecretException("it was wrapped by another master key, or has been changed");
    }
  }

  private void requireOpen() throws SecretException {
    if (closed) {
      throw new SecretException("the master key is closed");
    }
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
