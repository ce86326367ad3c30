package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Known secrets, what was seen of the nodes in which they were planted, and the search for them.
 */
final class PlantedSecrets {
  static final String ADMIN = "planted-Kq3vZ8-admin";
  static final String LISTED = "planted-Wm5xR2-plain";
  static final String FILED = "planted-Ty7nB4-file";
  static final String PERMITTED = "planted-Jd9cL6-permitted";
  static final String WRONG = "planted-Hs2gF8-wrong";
  static final String BROKEN_FILE = "planted-Ue4kP1-broken";
  static final String PASSPHRASE = "planted-Xz6mQ3-passphrase";

  static final String DATA = "planted-Va1tC5-data";
  static final String RESULT = "planted-Ni8hD7-result";
  static final String ERROR = "planted-Ob3fG9-error";
  static final String MESSAGE = "planted-Lr6wS4-progress";

  /** It stands in the data of every node. */
  static final String ACCESS_KEY = "access key";

  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{24,}={0,2}");

  /** What must not be seen anywhere, and what only those may see who ask for a job. */
  private final Map<String, String> secrets =
      new TreeMap<>(
          Map.of(
              "admin's token", ADMIN,
              "token of a list", LISTED,
              "token of a file", FILED,
              "token of the permissions file", PERMITTED,
              "wrong token", WRONG,
              "token of a broken file", BROKEN_FILE,
              "passphrase", PASSPHRASE));

  private final Map<String, String> payloads =
      new TreeMap<>(Map.of("data", DATA, "result", RESULT, "error", ERROR, "message", MESSAGE));

  /** What was seen where. */
  private final Map<String, String> seen = new TreeMap<>();

  void plant(String what, String secret) {
    secrets.put(what, secret);
  }

  String planted(String what) {
    return Objects.requireNonNull(secrets.get(what));
  }

  void note(String where, String text) {
    seen.put(where, text);
  }

  void note(LocalNode node, String what, String text) {
    note(node.id() + ": " + what, text);
  }

  String seen(String where) {
    return Objects.requireNonNull(seen.get(where));
  }

  void requireNoneSeen() {
    seen.forEach(this::requireNone);
  }

  private void requireNone(String where, String text) {
    var all = new TreeMap<>(secrets);
    all.putAll(payloads);
    String decoded = decoded(text);
    all.forEach(
        (what, secret) -> {
          if (holds(text, secret) || holds(decoded, secret)) {
            throw new AssertionError(
                "the " + what + " is in " + where + ": " + around(text, secret));
          }
        });
  }

  static boolean holds(String text, String secret) {
    return text.contains(secret)
        || text.contains(HexFormat.of().formatHex(secret.getBytes(UTF_8)))
        || text.contains(
            Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(UTF_8)));
  }

  /** What stands in it in Base64, as blocks of the audit trail do. */
  static String decoded(String text) {
    var decoded = new StringBuilder();
    BASE64
        .matcher(text)
        .results()
        .map(found -> found.group().substring(0, found.group().length() / 4 * 4))
        .forEach(
            each -> {
              try {
                decoded.append(new String(Base64.getDecoder().decode(each), ISO_8859_1));
              } catch (IllegalArgumentException e) {
                decoded.append('\n');
              }
            });
    return decoded.toString();
  }

  private static String around(String text, String secret) {
    int at = text.indexOf(secret);
    return at < 0
        ? "encoded"
        : text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 200));
  }

  /** Jobs are in it as they are; tokens, the passphrase and the private key are not. */
  void requireOnlyDataIn(Path data) throws IOException {
    var found = new TreeMap<String, Path>();
    var tokens = new TreeMap<>(secrets);
    tokens.remove(ACCESS_KEY);
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, ISO_8859_1);
        tokens.forEach(
            (what, secret) -> {
              if (holds(text, secret)) {
                found.put(what, file);
              }
            });
        if (text.contains(DATA)) {
          found.put("data", file);
        }
      }
    }
    assertThat(found).containsOnlyKeys("data");
  }
}
