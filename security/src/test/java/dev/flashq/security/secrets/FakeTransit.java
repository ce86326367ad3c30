package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The transit engine of {@link FakeVault}, mounted as {@code transit} and as {@code team/keys}: it
 * encrypts by keys with versions, and fails with the words of Vault's.
 */
public final class FakeTransit {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Pattern PATH =
      Pattern.compile("(transit|team/keys)/(encrypt|decrypt)/([^/]+)");
  private static final Pattern CIPHERTEXT = Pattern.compile("vault:v([0-9]+):(.*)");
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final Map<String, Key> keys = new ConcurrentHashMap<>();

  /** Paths that the policy of the role leaves out. */
  public final Set<String> denied = ConcurrentHashMap.newKeySet();

  /** Versions of a key, the newest one last. */
  private static final class Key {
    final List<byte[]> versions = new ArrayList<>();
    int minDecryptionVersion = 1;
  }

  record Reply(int status, String body) {
    static Reply failure(int status, String words) {
      return new Reply(status, "{\"errors\":[\"" + words + "\"]}");
    }
  }

  /** Makes the key, as in {@code transit/orders}, or its next version. */
  public synchronized void rotate(String key) {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    keys.computeIfAbsent(key, _ -> new Key()).versions.add(bytes);
  }

  public synchronized void setMinDecryptionVersion(String key, int version) {
    keys.computeIfAbsent(key, _ -> new Key()).minDecryptionVersion = version;
  }

  public synchronized void delete(String key) {
    keys.remove(key);
  }

  boolean serves(String path) {
    return PATH.matcher(path).matches();
  }

  synchronized Reply answer(String path, String body) {
    Matcher asked = PATH.matcher(path);
    if (!asked.matches() || denied.contains(path)) {
      return Reply.failure(403, "1 error occurred:\\n\\t* permission denied\\n\\n");
    }
    Key key = keys.get(asked.group(1) + "/" + asked.group(3));
    if (key == null) {
      return Reply.failure(400, "encryption key not found");
    }
    try {
      Map<String, Object> fields = Json.object(body.getBytes(UTF_8));
      return asked.group(2).equals("encrypt")
          ? encrypt(key, String.valueOf(fields.get("plaintext")))
          : decrypt(key, String.valueOf(fields.get("ciphertext")));
    } catch (SecretException | IllegalArgumentException _) {
      return Reply.failure(400, "failed to base64-decode plaintext");
    } catch (AEADBadTagException _) {
      return Reply.failure(400, "cipher: message authentication failed");
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Reply encrypt(Key key, String base64) throws GeneralSecurityException {
    byte[] plain = Base64.getDecoder().decode(base64);
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    byte[] sealed = Arrays.copyOf(nonce, NONCE + plain.length + TAG_BITS / 8);
    cipher(Cipher.ENCRYPT_MODE, key.versions.getLast(), nonce)
        .doFinal(plain, 0, plain.length, sealed, NONCE);
    int version = key.versions.size();
    return new Reply(
        200,
        "{\"request_id\":\"1\",\"lease_id\":\"\",\"data\":{\"ciphertext\":\"vault:v"
            + version
            + ":"
            + Base64.getEncoder().encodeToString(sealed)
            + "\",\"key_version\":"
            + version
            + "},\"warnings\":null}");
  }

  private static Reply decrypt(Key key, String text) throws GeneralSecurityException {
    Matcher parts = CIPHERTEXT.matcher(text);
    if (!parts.matches()) {
      return Reply.failure(400, "invalid ciphertext: no prefix");
    }
    int version = Integer.parseInt(parts.group(1));
    if (version > key.versions.size()) {
      return Reply.failure(400, "invalid ciphertext: version is too new");
    }
    if (version < key.minDecryptionVersion) {
      return Reply.failure(
          400, "ciphertext or signature version is disallowed by policy (too old)");
    }
    byte[] sealed = Base64.getDecoder().decode(parts.group(2));
    if (sealed.length < NONCE) {
      return Reply.failure(400, "invalid ciphertext length");
    }
    byte[] plain =
        cipher(Cipher.DECRYPT_MODE, key.versions.get(version - 1), sealed)
            .doFinal(sealed, NONCE, sealed.length - NONCE);
    return new Reply(
        200, "{\"data\":{\"plaintext\":\"" + Base64.getEncoder().encodeToString(plain) + "\"}}");
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE));
    return cipher;
  }
}
