package dev.flashq.security.seal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.VaultAnswer;
import dev.flashq.security.secrets.VaultSession;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A key of Vault's transit engine, which never leaves Vault. What it wraps is a text of Vault's
 * that names the version of the key.
 */
final class VaultTransitKey implements MasterKey {
  private static final int NOT_FOUND = 404;
  private static final Pattern WRAPPED = Pattern.compile("vault:v[0-9]{1,9}:[A-Za-z0-9+/]+={0,2}");

  private final VaultSession session;
  private final String mount;
  private final String name;

  /** It does not close the session, which several keys may share. */
  VaultTransitKey(VaultSession session, String mount, String name) {
    this.session = session;
    this.mount = mount;
    this.name = name;
  }

  @Override
  public String id() {
    return "vault-transit:" + mount + "/" + name;
  }

  @Override
  public byte[] wrap(byte[] key) throws SecretException {
    MasterKey.requireKey(key);
    String plain = Base64.getEncoder().encodeToString(key);
    String wrapped = ask("encrypt", "plaintext", plain, "ciphertext", "encrypting with it");
    if (!isWrapped(wrapped)) {
      throw new SecretException("Vault's answer is nothing that is encrypted");
    }
    return wrapped.getBytes(ISO_8859_1);
  }

  @Override
  public byte[] unwrap(byte[] wrapped) throws SecretException {
    String text = new String(wrapped, ISO_8859_1);
    if (!isWrapped(text)) {
      throw new SecretException("what was wrapped is nothing that Vault has encrypted");
    }
    return key(ask("decrypt", "ciphertext", text, "plaintext", "decrypting with it"));
  }

  private static boolean isWrapped(String text) {
    return text.length() <= WRAPPED_BYTES && WRAPPED.matcher(text).matches();
  }

  private static byte[] key(String base64) throws SecretException {
    byte[] key = decoded(base64);
    if (key.length != KEY_BYTES) {
      Arrays.fill(key, (byte) 0);
      throw new SecretException("Vault's answer is no key of " + KEY_BYTES + " bytes");
    }
    return key;
  }

  private static byte[] decoded(String base64) throws SecretException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      throw new SecretException("Vault's answer is not in base64");
    }
  }

  private String ask(String how, String field, String given, String wanted, String what)
      throws SecretException {
    VaultAnswer answer = session.post(mount + "/" + how + "/" + name, Map.of(field, given));
    if (!answer.isOk()) {
      explain(answer);
    }
    answer.requireOk(what);
    if (answer.object("data").get(wanted) instanceof String text) {
      return text;
    }
    throw new SecretException("Vault's answer has no " + wanted);
  }

  /** Failures that Vault tells apart by words alone. */
  private static void explain(VaultAnswer answer) throws SecretException {
    if (answer.status() == NOT_FOUND) {
      fail(answer, "Vault has no transit engine there");
    } else if (answer.says("encryption key not found")) {
      fail(answer, "Vault has no key of this name");
    } else if (answer.says("(too old)")) {
      fail(
          answer,
          "Vault does not decrypt with so old a version of the key any more (min_decryption_version)");
    } else if (answer.says("version is too new")) {
      fail(answer, "Vault does not have this version of the key");
    } else if (answer.says("message authentication failed") || answer.says("invalid ciphertext")) {
      fail(answer, "it was wrapped by another key, or has been changed");
    }
  }

  private static void fail(VaultAnswer answer, String sentence) throws SecretException {
    throw new SecretException(sentence + " (status " + answer.status() + ")");
  }

  /** Whoever opened the session closes it. */
  @Override
  public void close() {}

  @Override
  public String toString() {
    return id();
  }
}
