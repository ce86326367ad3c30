package dev.flashq.protocol.wire;

/** Turns the inside of a checked JSON string into text. */
final class JsonText {
  private JsonText() {}

  static String unescape(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    int at = from;
    while (at < to) {
      byte b = bytes[at];
      if (b == '\\') {
        at = escape(bytes, at, to, text);
      } else if (b >= 0) {
        text.append((char) b);
        at++;
      } else {
        int end = Utf8.character(bytes, at, to);
        text.appendCodePoint(decode(bytes, at, end - at));
        at = end;
      }
    }
    return text.toString();
  }

  private static int decode(byte[] bytes, int at, int length) {
    int c = bytes[at] & (0x7f >> length);
    for (int i = at + 1; i < at + length; i++) {
      c = (c << 6) | (bytes[i] & 0x3f);
    }
    return c;
  }

  private static int escape(byte[] bytes, int at, int to, StringBuilder text) {
    byte letter = bytes[at + 1];
    if (letter == 'u') {
      return unicode(bytes, at, to, text);
    }
    text.append(
        switch (letter) {
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          default -> (char) letter;
        });
    return at + 2;
  }

  /** One escaped character or pair; half a pair becomes U+FFFD, because UTF-8 cannot say it. */
  private static int unicode(byte[] bytes, int at, int to, StringBuilder text) {
    char c = (char) JsonScanner.hex(bytes, at + 2, to);
    int end = at + 6;
    if (!Character.isSurrogate(c)) {
      text.append(c);
      return end;
    }
    if (Character.isHighSurrogate(c)
        && end + 6 <= to
        && bytes[end] == '\\'
        && bytes[end + 1] == 'u') {
      char low = (char) JsonScanner.hex(bytes, end + 2, to);
      if (Character.isLowSurrogate(low)) {
        text.append(c).append(low);
        return end + 6;
      }
    }
    text.append('\ufffd');
    return end;
  }
}
