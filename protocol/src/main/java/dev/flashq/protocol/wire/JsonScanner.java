package dev.flashq.protocol.wire;

/** Finds the end of one JSON value and checks every byte of it against RFC 8259. */
final class JsonScanner {
  private static final long ONES = 0x0101010101010101L;

  private JsonScanner() {}

  static int whitespace(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to
        && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
      at++;
    }
    return at;
  }

  /**
   * The offset behind the value that begins at the offset; {@code levels} more containers may open.
   */
  static int value(byte[] bytes, int at, int to, int levels) {
    if (at >= to) {
      throw WireException.truncated();
    }
    return switch (bytes[at]) {
      case '"' -> string(bytes, at, to);
      case '{' -> map(bytes, at, to, levels - 1);
      case '[' -> array(bytes, at, to, levels - 1);
      case 't' -> word(bytes, at, to, "true");
      case 'f' -> word(bytes, at, to, "false");
      case 'n' -> word(bytes, at, to, "null");
      default -> number(bytes, at, to);
    };
  }

  private static int map(byte[] bytes, int start, int to, int levels) {
    int at = enter(bytes, start, to, levels);
    if (is(bytes, at, to, '}')) {
      return at + 1;
    }
    while (true) {
      at = string(bytes, at, to);
      at = whitespace(bytes, at, to);
      at = whitespace(bytes, expect(bytes, at, to, ':'), to);
      at = value(bytes, at, to, levels);
      at = whitespace(bytes, at, to);
      if (is(bytes, at, to, '}')) {
        return at + 1;
      }
      at = whitespace(bytes, expect(bytes, at, to, ','), to);
    }
  }

  private static int array(byte[] bytes, int start, int to, int levels) {
    int at = enter(bytes, start, to, levels);
    if (is(bytes, at, to, ']')) {
      return at + 1;
    }
    while (true) {
      at = value(bytes, at, to, levels);
      at = whitespace(bytes, at, to);
      if (is(bytes, at, to, ']')) {
        return at + 1;
      }
      at = whitespace(bytes, expect(bytes, at, to, ','), to);
    }
  }

  private static int enter(byte[] bytes, int at, int to, int levels) {
    if (levels < 0) {
      throw WireException.nesting();
    }
    return whitespace(bytes, at + 1, to);
  }

  private static boolean is(byte[] bytes, int at, int to, char c) {
    if (at >= to) {
      throw WireException.truncated();
    }
    return bytes[at] == c;
  }

  static int expect(byte[] bytes, int at, int to, char c) {
    if (!is(bytes, at, to, c)) {
      throw WireException.syntax("expected '" + c + "'", at);
    }
    return at + 1;
  }

  static int word(byte[] bytes, int at, int to, String word) {
    for (int i = 0; i < word.length(); i++) {
      if (!is(bytes, at + i, to, word.charAt(i))) {
        throw WireException.syntax("unexpected character", at + i);
      }
    }
    return at + word.length();
  }

  /** The offset behind the string whose opening quote is at the offset. */
  static int string(byte[] bytes, int start, int to) {
    int at = expect(bytes, start, to, '"');
    while (true) {
      while (at + 8 <= to && plain((long) Utf8.LONG.get(bytes, at))) {
        at += 8;
      }
      if (at >= to) {
        throw WireException.truncated();
      }
      byte b = bytes[at];
      if (b == '"') {
        return at + 1;
      }
      at =
          b == '\\'
              ? escape(bytes, at, to)
              : b < 0 ? Utf8.character(bytes, at, to) : visible(b, at);
    }
  }

  /**
   * Whether none of eight characters ends the string, escapes, is a control character or is outside
   * ASCII.
   */
  private static boolean plain(long eight) {
    long quote = eight ^ ONES * '"';
    long backslash = eight ^ ONES * '\\';
    long ends = ((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash);
    long special = ends | ((eight - ONES * ' ') & ~eight) | eight;
    return (special & Utf8.HIGH_BITS) == 0;
  }

  private static int visible(byte b, int at) {
    if (b < ' ') {
      throw WireException.syntax("a control character in a string", at);
    }
    return at + 1;
  }

  private static int escape(byte[] bytes, int at, int to) {
    if (at + 1 >= to) {
      throw WireException.truncated();
    }
    return switch (bytes[at + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
      case 'u' -> {
        hex(bytes, at + 2, to);
        yield at + 6;
      }
      default -> throw WireException.syntax("unknown escape", at);
    };
  }

  /** The value of four hexadecimal digits. */
  static int hex(byte[] bytes, int at, int to) {
    if (at + 4 > to) {
      throw WireException.truncated();
    }
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
      if (digit < 0) {
        throw WireException.syntax("expected a hexadecimal digit", i);
      }
      value = (value << 4) | digit;
    }
    return value;
  }

  static int number(byte[] bytes, int start, int to) {
    int at = bytes[start] == '-' ? start + 1 : start;
    at = is(bytes, at, to, '0') ? at + 1 : digits(bytes, at, to);
    if (at < to && bytes[at] == '.') {
      at = digits(bytes, at + 1, to);
    }
    if (at < to && (bytes[at] == 'e' || bytes[at] == 'E')) {
      int sign = at + 1 < to && (bytes[at + 1] == '+' || bytes[at + 1] == '-') ? 1 : 0;
      at = digits(bytes, at + 1 + sign, to);
    }
    return at;
  }

  private static int digits(byte[] bytes, int start, int to) {
    int at = start;
    while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw at >= to ? WireException.truncated() : WireException.syntax("unexpected character", at);
    }
    return at;
  }

  /** The offset behind a value of which only brackets and strings are looked at. */
  static int loosely(byte[] bytes, int from, int to) {
    int at = from;
    int open = 0;
    while (at < to) {
      byte b = bytes[at];
      if (b == '"') {
        at = looseString(bytes, at + 1, to);
        continue;
      }
      boolean closes = b == '}' || b == ']';
      if (open == 0 && at > from && (closes || b == ',')) {
        return at;
      }
      open += b == '{' || b == '[' ? 1 : closes ? -1 : 0;
      at++;
      if (open == 0 && closes) {
        return at;
      }
    }
    throw WireException.truncated();
  }

  private static int looseString(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '"') {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    if (at >= to) {
      throw WireException.truncated();
    }
    return at + 1;
  }
}
