package dev.flashq.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens, and the hashes by which they are known: HMAC-SHA-256 of their SHA-256 under a key of the
 * cluster.
 */
public final class TokenHash {
  private static final String HMAC = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final int TOKEN_BYTES = 32;

  /** By which scanners of source code can tell a token. */
  private static final String PREFIX = "fq_";

  private static final SecureRandom RANDOM = new SecureRandom();

  private TokenHash() {}

  public static byte[] of(byte[] key, String token) {
    return of(key, digest(token));
  }

  /** Of a token whose digest alone was kept. */
  public static byte[] of(byte[] key, byte[] digest) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    }
  }

  /** What may be kept of a token in memory: SHA-256. */
  public static byte[] digest(String token) {
    return digest(token.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] digest(byte[] tokens) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(tokens);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** A key of chance, 256 bits. */
  public static byte[] newKey() {
    return random(KEY_BYTES);
  }

  /** A token of chance, 256 bits, in letters, digits, hyphens and underscores. */
  public static String newToken() {
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random(TOKEN_BYTES));
  }

  private static byte[] random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return random;
  }
}
