package dev.flashq.client.secure;

import java.util.regex.Pattern;

/** Cleans texts of users, and refuses names that are not names. */
public final class Sanitizer {
  /** Characters that {@link #text} leaves, as Java and JavaScript count them. */
  public static final int MAX_CHARACTERS = 10_000;

  /**
   * Characters of an identifier: PostgreSQL cuts longer ones, so that two would become the same.
   */
  public static final int MAX_IDENTIFIER = 63;

  private static final String REMOVED = "<>'\"&";
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private Sanitizer() {}

  /**
   * Without {@code < > ' " &} and space around it, and at most 10,000 characters; a character of
   * two units that would be cut in the middle goes as a whole.
   */
  public static String text(String input) {
    var kept = new StringBuilder(Math.min(input.length(), MAX_CHARACTERS));
    boolean begun = false;
    for (int i = 0; i < input.length() && kept.length() <= MAX_CHARACTERS; i++) {
      char c = input.charAt(i);
      begun |= !isSpace(c) && REMOVED.indexOf(c) < 0;
      if (begun && REMOVED.indexOf(c) < 0) {
        kept.append(c);
      }
    }
    return cut(kept);
  }

  private static String cut(StringBuilder text) {
    int end = Math.min(text.length(), MAX_CHARACTERS);
    if (end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** What JavaScript's {@code trim} removes. */
  private static boolean isSpace(char c) {
    return switch (c) {
      case '\t', '\n', '\u000b', '\f', '\r', '\u2028', '\u2029', '\ufeff' -> true;
      default -> Character.getType(c) == Character.SPACE_SEPARATOR;
    };
  }

  /**
   * The same name, which may stand in SQL as the name of a table or column.
   *
   * @throws IllegalArgumentException when it is anything else than {@code [a-zA-Z_][a-zA-Z0-9_]*}
   *     of up to 63 characters
   */
  public static String sqlIdentifier(String name) {
    if (name.length() > MAX_IDENTIFIER || !IDENTIFIER.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid SQL identifier: only letters, digits and '_' of ASCII, no digit in front, at most "
              + MAX_IDENTIFIER
              + " characters");
    }
    return name;
  }
}
