package dev.flashq.server.config;

import dev.flashq.cluster.config.Member;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretReference.InFile;
import dev.flashq.security.secrets.SecretValue;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Texts to values; the message of a failure says what is expected. */
final class Parsers {
  private Parsers() {}

  static Function<String, String> text(int maxLength) {
    return text -> {
      expect(
          !text.isEmpty() && text.length() <= maxLength,
          "a text of 1 to " + maxLength + " characters");
      return text;
    };
  }

  static Function<String, String> name() {
    return text -> {
      expect(text.matches("[A-Za-z0-9_.-]{1,63}"), "1 to 63 letters, digits, '_', '.' or '-'");
      return text;
    };
  }

  static Function<String, String> nodeId() {
    return text -> {
      expect(Member.isId(text), Member.ID_FORM);
      return text;
    };
  }

  static Function<String, Long> number(long min, long max) {
    return text -> {
      try {
        long value = Long.parseLong(text);
        expect(value >= min && value <= max, "a whole number from " + min + " to " + max);
        return value;
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("a whole number from " + min + " to " + max, e);
      }
    };
  }

  static Function<String, Integer> integer(int min, int max) {
    return number(min, max).andThen(Math::toIntExact);
  }

  static Function<String, Integer> port() {
    return integer(0, 65_535);
  }

  static Function<String, Boolean> flag() {
    return text ->
        switch (text.toLowerCase(Locale.ROOT)) {
          case "true" -> true;
          case "false" -> false;
          default -> throw new IllegalArgumentException("true or false");
        };
  }

  static Function<String, Path> folder() {
    return text -> {
      expect(!text.isEmpty(), "a folder");
      return path(text);
    };
  }

  /** What the parser makes of a text that is not empty. */
  static <T> Function<String, Optional<T>> optional(Function<String, T> parser) {
    return text -> text.isEmpty() ? Optional.empty() : Optional.of(parser.apply(text));
  }

  static Function<String, Optional<Path>> optionalFile() {
    return text -> text.isEmpty() ? Optional.empty() : Optional.of(path(text));
  }

  /** A file, or a reference to what else stands in its place. */
  static Function<String, Optional<SecretReference>> optionalDocument() {
    return text ->
        text.isEmpty()
            ? Optional.empty()
            : SecretReference.parse(text).or(() -> Optional.of(new InFile(path(text))));
  }

  /** The same for what nobody may see, should it stand there itself by mistake. */
  static Function<String, Optional<SecretReference>> optionalSecretDocument() {
    return text -> {
      expect(
          text.lines().count() <= 1 && !text.startsWith("-----"),
          "a path, or a reference; not the text itself");
      return optionalDocument().apply(text);
    };
  }

  /** What the parser makes of the text, or a reference to where such a text stands. */
  static <T> Function<String, Given<T>> given(Function<String, T> parser) {
    return text ->
        switch (SecretValue.parse(text)) {
          case SecretValue.Plain(String plain) -> new Given.Here<>(parser.apply(plain.strip()));
          case SecretValue.At(SecretReference reference) -> new Given.Elsewhere<>(reference);
        };
  }

  static Function<String, String> optionalText(int maxLength) {
    return text -> text.isEmpty() ? text : text(maxLength).apply(text);
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("a path of this file system", e);
    }
  }

  static Function<String, String> oneOf(String... allowed) {
    return text -> {
      expect(List.of(allowed).contains(text), "one of " + String.join(", ", allowed));
      return text;
    };
  }

  /** Tokens between commas, of any form. */
  static Function<String, List<String>> plainTokens() {
    return text ->
        Arrays.stream(text.split("[,\n]"))
            .map(String::strip)
            .filter(token -> !token.isEmpty())
            .peek(token -> expect(token.length() <= 512, "tokens of at most 512 characters"))
            .toList();
  }

  /** A constant of an enum, written small. */
  static <E extends Enum<E>> Function<String, E> oneOf(Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    String names = String.join(", ", all.stream().map(Parsers::written).toList());
    return text ->
        all.stream()
            .filter(constant -> written(constant).equals(text))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("one of " + names));
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Items between commas; an empty text has none. */
  static <T> Function<String, List<T>> list(Function<String, T> item) {
    return text -> {
      var items = new ArrayList<T>();
      for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
        items.add(item.apply(part.strip()));
      }
      return List.copyOf(items);
    };
  }

  static void expect(boolean holds, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(expected);
    }
  }
}
