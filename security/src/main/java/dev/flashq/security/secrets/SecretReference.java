package dev.flashq.security.secrets;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a secret stands. As text it is what the configuration says. */
public sealed interface SecretReference {
  String FILE = "file";
  String ENVIRONMENT = "env";
  String VAULT = "vault";
  String AWS = "aws-secret";

  /**
   * A text that begins with one of these and a colon, in letters of either case, is a reference.
   */
  List<String> SCHEMES = List.of(FILE, ENVIRONMENT, VAULT, AWS);

  /** A file, read again and again. */
  record InFile(Path file) implements SecretReference {
    @Override
    public String toString() {
      return FILE + ":" + file;
    }
  }

  /** A variable of the environment in which the process was started. */
  record InEnvironment(String variable) implements SecretReference {
    @Override
    public String toString() {
      return ENVIRONMENT + ":" + variable;
    }
  }

  /**
   * In a store that is asked by the network.
   *
   * @param scheme which store
   * @param place what the store calls it: of Vault the path, of AWS the name or the ARN
   * @param field of the fields there; empty: what stands there as a whole
   */
  record InStore(String scheme, String place, String field) implements SecretReference {
    private static final String VAULT_FORM =
        "vault:PATH#FIELD as in vault:secret/data/flashq#token, with 'data' after the mount of a KV engine of version 2";
    private static final String AWS_FORM =
        "aws-secret:NAME or aws-secret:NAME#FIELD, as in aws-secret:flashq/production/token, or an ARN for the name";
    private static final Pattern VAULT_PATH =
        Pattern.compile("[a-zA-Z0-9._-]+(/[a-zA-Z0-9._-]+)*/data(/[a-zA-Z0-9._-]+)+");
    private static final Pattern AWS_NAME = Pattern.compile("[a-zA-Z0-9/_+=.@:-]+");
    private static final Pattern FIELD = Pattern.compile("[a-zA-Z0-9/_+=.@:-]{1,128}");
    private static final int PLACE = 512;

    @Override
    public String toString() {
      return scheme + ":" + place + (field.isEmpty() ? "" : "#" + field);
    }

    private static InStore vault(String place, String field) {
      boolean climbs = List.of(place.split("/")).stream().anyMatch(part -> part.matches("\\.+"));
      expect(VAULT_PATH.matcher(place).matches() && !climbs, VAULT_FORM);
      expect(FIELD.matcher(field).matches(), VAULT_FORM);
      return new InStore(VAULT, place, field);
    }

    private static InStore aws(String place, String field, boolean named) {
      expect(AWS_NAME.matcher(place).matches(), AWS_FORM);
      expect(!named || FIELD.matcher(field).matches(), AWS_FORM);
      return new InStore(AWS, place, field);
    }

    private static InStore parse(String scheme, String rest) {
      int mark = rest.indexOf('#');
      String place = mark < 0 ? rest : rest.substring(0, mark);
      String field = mark < 0 ? "" : rest.substring(mark + 1);
      expect(place.length() <= PLACE, "a place of at most " + PLACE + " characters");
      return scheme.equals(VAULT) ? vault(place, field) : aws(place, field, mark >= 0);
    }
  }

  Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  Pattern FORM = Pattern.compile("(?i)(" + String.join("|", SCHEMES) + "):(.*)", Pattern.DOTALL);

  /**
   * Empty when the text is no reference.
   *
   * @throws IllegalArgumentException when it begins like one; the message says what is expected
   */
  static Optional<SecretReference> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    String rest = form.group(2);
    return Optional.of(
        switch (form.group(1).toLowerCase(Locale.ROOT)) {
          case FILE -> new InFile(path(rest));
          case ENVIRONMENT -> {
            expect(VARIABLE.matcher(rest).matches(), "env:NAME with the name of a variable");
            yield new InEnvironment(rest);
          }
          case VAULT -> InStore.parse(VAULT, rest);
          default -> InStore.parse(AWS, rest);
        });
  }

  /** Without a slash it may be a token whose name is "file", which no sentence must show. */
  private static Path path(String text) {
    String expected = "file:PATH with the path of a file, a '/' in it";
    expect(text.contains("/"), expected);
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(expected, e);
    }
  }

  private static void expect(boolean holds, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(expected);
    }
  }
}
