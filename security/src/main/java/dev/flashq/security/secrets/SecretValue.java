package dev.flashq.security.secrets;

import java.util.Locale;

/** What the configuration says of a secret: the secret itself, or where it stands. */
public sealed interface SecretValue {
  /** In front of a secret that begins like a reference and is none. */
  String LITERALLY = "literal:";

  SecretValue NONE = new Plain("");

  /** The secret itself; it is not shown. */
  record Plain(String text) implements SecretValue {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** Where it stands. */
  record At(SecretReference reference) implements SecretValue {
    @Override
    public String toString() {
      return reference.toString();
    }
  }

  /**
   * A reference, or a secret as it is, {@link #LITERALLY} taken off.
   *
   * @throws IllegalArgumentException when it begins like a reference; the message says what is
   *     expected
   */
  static SecretValue parse(String text) {
    if (text.toLowerCase(Locale.ROOT).startsWith(LITERALLY)) {
      return new Plain(text.substring(LITERALLY.length()));
    }
    return SecretReference.parse(text).<SecretValue>map(At::new).orElseGet(() -> new Plain(text));
  }
}
