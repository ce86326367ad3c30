package dev.flashq.protocol.wire;

/** Numbers between text, long and double. */
final class Numbers {
  private static final double LONG_END = 0x1p63;

  private Numbers() {}

  /** The number of at most 18 digits. */
  static long decimal(byte[] bytes, int from, int to) {
    long value = 0;
    for (int i = from; i < to; i++) {
      value = value * 10 + (bytes[i] - '0');
    }
    return value;
  }

  /** The whole number that a checked JSON number stands for, however it is written. */
  static long integer(String text) {
    if (wholeDigits(text)) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw WireException.expected("an integer of 64 bits");
      }
    }
    return integer(Double.parseDouble(text));
  }

  static long integer(double value) {
    if (value != Math.rint(value) || value < -LONG_END || value >= LONG_END) {
      throw WireException.expected("an integer of 64 bits");
    }
    return (long) value;
  }

  /** Whether a checked JSON number has neither fraction nor exponent. */
  static boolean wholeDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' || c == 'e' || c == 'E') {
        return false;
      }
    }
    return true;
  }
}
