package dev.flashq.protocol;

/** Measures and cuts texts by their UTF-8 bytes. */
public final class Text {
  private Text() {}

  /** Bytes of the text in UTF-8; an unpaired surrogate counts three. */
  public static int utf8Length(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800) {
        bytes += 2;
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        }
      } else if (c >= 0x80) {
        bytes++;
      }
    }
    return bytes;
  }

  /** The longest beginning of the text that fits, never splitting a character. */
  public static String cut(String text, int maxBytes) {
    if (text.length() * 3L <= maxBytes || utf8Length(text) <= maxBytes) {
      return text;
    }
    int end = 0;
    int bytes = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      if (bytes > maxBytes) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end);
  }
}
