package dev.flashq.security.seal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of keys that tell them apart and nothing else. */
final class Fingerprint {
  private Fingerprint() {}

  /** The first bytes of a SHA-256 of all parts, in hexadecimal digits. */
  static String of(int bytes, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
