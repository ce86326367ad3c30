package dev.flashq.client.secure;

import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A key of AES-256 with the id by which envelopes name it. */
final class EncryptionKey {
  /** Id of the key that envelopes do not name. */
  static final String DEFAULT = "";

  private static final int BYTES = 32;
  private static final Pattern ID = Pattern.compile("[a-zA-Z0-9._-]{1,64}");

  private final String id;
  private final SecretKey secret;

  private EncryptionKey(String id, SecretKey secret) {
    this.id = id;
    this.secret = secret;
  }

  static EncryptionKey of(String id, String hex) {
    if (!id.equals(DEFAULT)) {
      requireId(id);
    }
    return new EncryptionKey(id, new SecretKeySpec(bytes(hex), "AES"));
  }

  static void requireId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "a key's id is 1 to 64 letters, digits, '.', '_' and '-' of ASCII");
    }
  }

  private static byte[] bytes(String hex) {
    try {
      byte[] bytes = HexFormat.of().parseHex(hex.strip());
      if (bytes.length == BYTES) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Its message shows characters of the key.
    }
    throw new IllegalArgumentException("a key is 64 hexadecimal digits");
  }

  String id() {
    return id;
  }

  boolean isDefault() {
    return id.equals(DEFAULT);
  }

  SecretKey secret() {
    return secret;
  }

  @Override
  public String toString() {
    return isDefault() ? "the default key" : "key " + id;
  }
}
