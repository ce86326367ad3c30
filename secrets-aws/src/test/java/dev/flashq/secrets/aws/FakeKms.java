package dev.flashq.secrets.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Encrypt and Decrypt of AWS KMS, as AWS documents them, for a {@link FakeAws}. */
final class FakeKms {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String ARN = "arn:aws:kms:us-east-1:111122223333:key/";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  /** By id. */
  private final Map<String, byte[]> keys = new ConcurrentHashMap<>();

  /** Ids by alias, as in {@code alias/ring}. */
  final Map<String, String> aliases = new ConcurrentHashMap<>();

  /** Ids. */
  final Set<String> disabled = ConcurrentHashMap.newKeySet();

  /** Operations that the policy leaves out. */
  final Set<String> denied = ConcurrentHashMap.newKeySet();

  private static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    Failure(String type) {
      super(type);
    }
  }

  static String arn(String id) {
    return ARN + id;
  }

  void create(String id) {
    byte[] key = new byte[32];
    RANDOM.nextBytes(key);
    keys.put(id, key);
  }

  void answer(HttpExchange exchange, FakeAws.Asked asked) throws IOException {
    String operation = String.valueOf(asked.target()).replace("TrentService.", "");
    try {
      if (denied.contains(operation)) {
        throw new Failure("AccessDeniedException");
      }
      String id = id(text(asked.body(), "KeyId"));
      byte[] context = context(asked.body()).getBytes(UTF_8);
      FakeAws.say(
          exchange,
          200,
          switch (operation) {
            case "Encrypt" -> encrypt(id, context, text(asked.body(), "Plaintext"));
            case "Decrypt" -> decrypt(id, context, text(asked.body(), "CiphertextBlob"));
            default -> throw new Failure("UnknownOperationException");
          });
    } catch (Failure e) {
      FakeAws.say(exchange, 400, FakeAws.failure(String.valueOf(e.getMessage())));
    }
  }

  private static @Nullable String field(String json, String pattern) {
    Matcher field = Pattern.compile(pattern).matcher(json);
    return field.find() ? field.group(1) : null;
  }

  private static String text(String json, String name) throws Failure {
    String text = field(json, "\"" + name + "\":\"([^\"]*)\"");
    if (text == null) {
      throw new Failure("ValidationException");
    }
    return text;
  }

  private static String context(String json) {
    return String.valueOf(field(json, "\"EncryptionContext\":\\{([^}]*)}"));
  }

  /** Of a key id, an ARN or an alias. */
  private String id(String name) throws Failure {
    String id = aliases.getOrDefault(name, name.replace(ARN, ""));
    if (!keys.containsKey(id)) {
      throw new Failure("NotFoundException");
    }
    if (disabled.contains(id)) {
      throw new Failure("DisabledException");
    }
    return id;
  }

  /** What comes of it begins with the id of the key and its length. */
  private String encrypt(String id, byte[] context, String base64) {
    byte[] nonce = new byte[NONCE];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, id, nonce, context)
              .doFinal(Base64.getDecoder().decode(base64));
      byte[] name = id.getBytes(UTF_8);
      ByteBuffer blob = ByteBuffer.allocate(1 + name.length + NONCE + sealed.length);
      blob.put((byte) name.length).put(name).put(nonce).put(sealed);
      return "{\"CiphertextBlob\":\""
          + Base64.getEncoder().encodeToString(blob.array())
          + "\",\"EncryptionAlgorithm\":\"SYMMETRIC_DEFAULT\",\"KeyId\":\""
          + arn(id)
          + "\"}";
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private String decrypt(String id, byte[] context, String base64) throws Failure {
    byte[] blob = Base64.getDecoder().decode(base64);
    int from = 1 + blob[0];
    if (blob[0] < 0 || blob.length < from + NONCE) {
      throw new Failure("InvalidCiphertextException");
    }
    String wrappedBy = new String(blob, 1, blob[0], UTF_8);
    if (!keys.containsKey(wrappedBy)) {
      throw new Failure("InvalidCiphertextException");
    }
    if (!wrappedBy.equals(id)) {
      throw new Failure("IncorrectKeyException");
    }
    byte[] nonce = Arrays.copyOfRange(blob, from, from + NONCE);
    try {
      byte[] plain =
          cipher(Cipher.DECRYPT_MODE, id, nonce, context)
              .doFinal(blob, from + NONCE, blob.length - from - NONCE);
      return "{\"KeyId\":\""
          + arn(id)
          + "\",\"Plaintext\":\""
          + Base64.getEncoder().encodeToString(plain)
          + "\"}";
    } catch (GeneralSecurityException _) {
      throw new Failure("InvalidCiphertextException");
    }
  }

  private Cipher cipher(int mode, String id, byte[] nonce, byte[] context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(keys.getOrDefault(id, new byte[32]), "AES"),
        new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context);
    return cipher;
  }
}
