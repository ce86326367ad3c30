package dev.flashq.content;

/**
 * Makes JSON pointers. Names in data come from whoever sent it: what could be a value in disguise
 * is not repeated.
 */
final class PointerText {
  private static final int NAME = 64;
  private static final int DIGITS = 8;
  private static final int SEGMENTS = 16;

  private PointerText() {}

  /** One name behind a slash. */
  static String segment(String name) {
    return "/" + (isShown(name) ? name.replace("~", "~0").replace("/", "~1") : "*");
  }

  /** A pointer of many segments says where it leads to by its first ones. */
  static boolean isFull(int segments) {
    return segments >= SEGMENTS;
  }

  private static boolean isShown(String name) {
    if (name.length() > NAME) {
      return false;
    }
    int digits = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      digits += Character.isDigit(c) ? 1 : 0;
      if (Character.isISOControl(c) || Character.isSurrogate(c)) {
        return false;
      }
    }
    return digits < DIGITS;
  }
}
