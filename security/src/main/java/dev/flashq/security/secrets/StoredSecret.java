package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;

/** What stands at one place of a store: a text, or fields with a text each. */
public final class StoredSecret {
  private final String text;
  private final Map<String, ?> fields;

  private StoredSecret(String text, Map<String, ?> fields) {
    this.text = text;
    this.fields = fields;
  }

  /** A text, which is perhaps an object of JSON with fields. */
  public static StoredSecret ofText(String text) {
    return new StoredSecret(text, Map.of());
  }

  static StoredSecret ofFields(Map<String, ?> fields) {
    return new StoredSecret("", fields);
  }

  /**
   * One field's text.
   *
   * @param field empty: the text as a whole
   */
  byte[] value(String field) throws SecretException {
    String value = field.isEmpty() ? text : field(field);
    if (value.isBlank()) {
      throw new SecretException("what stands there is empty");
    }
    return value.getBytes(UTF_8);
  }

  private String field(String field) throws SecretException {
    Map<String, ?> all = text.isEmpty() ? fields : Json.object(text.getBytes(UTF_8));
    if (all.get(field) instanceof String value) {
      return value;
    }
    throw new SecretException("what stands there has no text in the field '" + field + "'");
  }

  @Override
  public String toString() {
    return "StoredSecret[***]";
  }
}
