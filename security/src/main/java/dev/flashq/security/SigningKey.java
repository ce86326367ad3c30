package dev.flashq.security;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;

/** Signatures by Ed25519 (RFC 8032), and the two halves of a key as they are stored. */
public final class SigningKey {
  private static final String ALGORITHM = "Ed25519";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final KeyPair pair;

  private SigningKey(KeyPair pair) {
    this.pair = pair;
  }

  /** A key of chance. */
  public static SigningKey create() {
    return create(RANDOM);
  }

  public static SigningKey create(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, random);
      return new SigningKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has Ed25519", e);
    }
  }

  /** X.509. */
  public byte[] publicHalf() {
    return pair.getPublic().getEncoded();
  }

  /** PKCS#8. */
  public byte[] privateHalf() {
    return pair.getPrivate().getEncoded();
  }

  /**
   * @param privateHalf as a key has told it
   */
  public static byte[] sign(byte[] privateHalf, byte[] message) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(
          KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(privateHalf)));
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no private key of Ed25519", e);
    }
  }

  /** Whether the holder of the key has signed the message; never with what is no key. */
  public static boolean verifies(byte[] publicHalf, byte[] message, byte[] signed) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(
          KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(publicHalf)));
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
