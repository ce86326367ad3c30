package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.protocol.wire.WireException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What AES-256-GCM makes of JSON, in the form of flashQ's guide: {@code {"iv","tag","data"}} in
 * standard base64 with padding. {@code kid} names the key; without it the default key is meant.
 */
public record Envelope(String iv, String tag, String data, @Nullable String kid) {
  /** Bytes of the nonce: not the usual 12, because the guide has it so. */
  static final int IV_BYTES = 16;

  static final int TAG_BYTES = 16;

  private static final int FIELDS = 4;

  public Envelope {
    requireBytes("iv", iv, IV_BYTES);
    requireBytes("tag", tag, TAG_BYTES);
    decoded("data", data);
    if (kid != null && kid.length() > 64) {
      throw new DecryptionException("the envelope's member 'kid' is too long");
    }
  }

  static Envelope of(byte[] iv, byte[] tag, byte[] data, String keyId) {
    Base64.Encoder base64 = Base64.getEncoder();
    return new Envelope(
        base64.encodeToString(iv),
        base64.encodeToString(tag),
        base64.encodeToString(data),
        keyId.equals(EncryptionKey.DEFAULT) ? null : keyId);
  }

  /**
   * Reads the JSON form.
   *
   * @throws DecryptionException when it is another value
   */
  public static Envelope from(Data json) {
    if (!(value(json) instanceof Map<?, ?> map) || map.size() > FIELDS) {
      throw new DecryptionException("an envelope is an object of iv, tag, data and perhaps kid");
    }
    boolean named = map.containsKey("kid");
    if (map.size() == FIELDS && !named) {
      throw new DecryptionException("the envelope has a member that is unknown");
    }
    return new Envelope(
        text(map, "iv"), text(map, "tag"), text(map, "data"), named ? text(map, "kid") : null);
  }

  private static @Nullable Object value(Data json) {
    try {
      return json.value();
    } catch (WireException e) {
      throw new DecryptionException("the envelope is not JSON: " + e.sentence());
    }
  }

  private static String text(Map<?, ?> map, String member) {
    if (map.get(member) instanceof String text) {
      return text;
    }
    throw new DecryptionException("the envelope has no text '" + member + "'");
  }

  /** The JSON form. */
  public Data toData() {
    var fields = new LinkedHashMap<String, String>();
    fields.put("iv", iv);
    fields.put("tag", tag);
    fields.put("data", data);
    if (kid != null) {
      fields.put("kid", kid);
    }
    return Data.of(fields);
  }

  byte[] ivBytes() {
    return decoded("iv", iv);
  }

  byte[] tagBytes() {
    return decoded("tag", tag);
  }

  byte[] dataBytes() {
    return decoded("data", data);
  }

  private static void requireBytes(String member, String base64, int count) {
    if (decoded(member, base64).length != count) {
      throw new DecryptionException(
          "the envelope's member '" + member + "' has not " + count + " bytes");
    }
  }

  private static byte[] decoded(String member, String base64) {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (base64.length() % 4 == 0) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // Its message shows a character of the value.
    }
    throw new DecryptionException("the envelope's member '" + member + "' is not base64");
  }
}
