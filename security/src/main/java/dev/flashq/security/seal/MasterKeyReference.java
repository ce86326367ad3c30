package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretReference;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which master key is meant. As text it is what the configuration says. */
public sealed interface MasterKeyReference {
  String VAULT_TRANSIT = "vault-transit";
  String AWS_KMS = "aws-kms";

  /** The key itself is read, once, and then held by the process. */
  record Held(SecretReference text) implements MasterKeyReference {
    @Override
    public String toString() {
      return text.toString();
    }
  }

  /** A key of Vault's transit engine. */
  record InTransit(String mount, String name) implements MasterKeyReference {
    @Override
    public String toString() {
      return VAULT_TRANSIT + ":" + mount + "/" + name;
    }
  }

  /**
   * A key that a {@link MasterKeyProvider} opens.
   *
   * @param key of AWS KMS the id, the ARN or the alias
   */
  record Provided(String scheme, String key) implements MasterKeyReference {
    @Override
    public String toString() {
      return scheme + ":" + key;
    }
  }

  String TRANSIT = "transit";
  Pattern FORM =
      Pattern.compile("(?i)(" + VAULT_TRANSIT + "|" + AWS_KMS + "):(.*)", Pattern.DOTALL);
  Pattern TRANSIT_KEY =
      Pattern.compile("(?:([a-zA-Z0-9._-]+(?:/[a-zA-Z0-9._-]+)*)/)?([a-zA-Z0-9_][a-zA-Z0-9._-]*)");
  Pattern KMS_KEY = Pattern.compile("[a-zA-Z0-9/_:-]+");

  /** Characters of the longest name, that of the kind left out. */
  int NAME = 450;

  /**
   * @throws IllegalArgumentException when it is none; the message says what is expected, and
   *     nothing of the text, which may be the key itself
   */
  static MasterKeyReference parse(String text) {
    Matcher form = FORM.matcher(text);
    if (form.matches()) {
      String name = form.group(2);
      expect(name.length() <= NAME, "a name of at most " + NAME + " characters");
      return form.group(1).toLowerCase(Locale.ROOT).equals(AWS_KMS) ? kms(name) : transit(name);
    }
    return SecretReference.parse(text)
        .map(Held::new)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "vault-transit:NAME, aws-kms:KEY, or a reference to 32 bytes as file:PATH; not the key itself"));
  }

  private static MasterKeyReference transit(String name) {
    Matcher form = TRANSIT_KEY.matcher(name);
    boolean climbs = List.of(name.split("/")).stream().anyMatch(part -> part.matches("\\.+"));
    expect(
        form.matches() && !climbs,
        "vault-transit:NAME or vault-transit:MOUNT/NAME with the name of a key of the transit engine");
    String mount = form.group(1);
    return new InTransit(mount == null ? TRANSIT : mount, form.group(2));
  }

  private static MasterKeyReference kms(String key) {
    expect(
        KMS_KEY.matcher(key).matches(),
        "aws-kms:KEY with the id, the ARN or the alias (alias/NAME) of a key");
    return new Provided(AWS_KMS, key);
  }

  private static void expect(boolean holds, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(expected);
    }
  }
}
