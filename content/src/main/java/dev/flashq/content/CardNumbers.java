package dev.flashq.content;

/**
 * Finds what looks like the number of a payment card: 13 to 19 digits that pass the check of
 * ISO/IEC 7812-1 (Luhn), in one piece or in groups with up to three separators between them. One in
 * ten other numbers of that length passes it too.
 */
final class CardNumbers {
  private static final int LEAST = 13;
  private static final int MOST = 19;
  private static final int SEPARATORS = 3;
  private static final int UUID = 36;

  private final int[] digits = new int[MOST];

  /** Where groups begin in {@link #digits}; the first one begins at the first. */
  private final boolean[] begins = new boolean[MOST];

  private int size;

  private CardNumbers() {}

  static boolean isIn(CharSequence text) {
    return text.length() >= LEAST && !isUuid(text) && new CardNumbers().find(text);
  }

  /** UUIDs are common in data, and may end in as many digits. */
  private static boolean isUuid(CharSequence text) {
    if (text.length() != UUID) {
      return false;
    }
    for (int i = 0; i < UUID; i++) {
      char c = text.charAt(i);
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? c != '-' : Character.digit(c, 16) < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean find(CharSequence text) {
    int separators = 0;
    int next;
    for (int i = 0; i < text.length(); i = next) {
      int c = Character.codePointAt(text, i);
      next = i + Character.charCount(c);
      if (!Character.isLetterOrDigit(c)) {
        if (++separators > SEPARATORS) {
          size = 0;
        }
        continue;
      }
      separators = 0;
      next = endOfWord(text, i);
      if (isNumber(text, i, next) ? group(text, i, next) : word(text, i, next)) {
        return true;
      }
    }
    return false;
  }

  private static int endOfWord(CharSequence text, int from) {
    int at = from;
    while (at < text.length()) {
      int c = Character.codePointAt(text, at);
      if (!Character.isLetterOrDigit(c)) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static boolean isNumber(CharSequence text, int from, int to) {
    for (int i = from; i < to; i += Character.charCount(Character.codePointAt(text, i))) {
      if (Character.digit(Character.codePointAt(text, i), 10) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * A word with letters: a run of digits at its front goes on with the groups before it, one at its
   * end with those behind it, and others stand for themselves.
   */
  private boolean word(CharSequence text, int from, int to) {
    int at = from;
    while (at < to) {
      int end = at;
      while (end < to && isDigit(text, end)) {
        end += Character.charCount(Character.codePointAt(text, end));
      }
      if (end > at && group(text, at, end)) {
        return true;
      }
      if (end < to) {
        size = 0;
      }
      at = end == at ? at + Character.charCount(Character.codePointAt(text, at)) : end;
    }
    return false;
  }

  private static boolean isDigit(CharSequence text, int at) {
    return Character.digit(Character.codePointAt(text, at), 10) >= 0;
  }

  /** Takes a group of digits; whether it, or it behind some before it, is such a number. */
  private boolean group(CharSequence text, int from, int to) {
    int count = Character.codePointCount(text, from, to);
    if (count > MOST) {
      size = 0;
      return false;
    }
    makeRoom(count);
    begins[size] = true;
    for (int i = from; i < to; i += Character.charCount(Character.codePointAt(text, i))) {
      digits[size++] = Character.digit(Character.codePointAt(text, i), 10);
      if (size < MOST) {
        begins[size] = false;
      }
    }
    for (int start = size - LEAST; start >= 0; start--) {
      if (begins[start] && passes(start)) {
        return true;
      }
    }
    return false;
  }

  /** Lets the first groups go that are too far away. */
  private void makeRoom(int count) {
    int drop = Math.max(0, size + count - MOST);
    while (drop > 0 && drop < size && !begins[drop]) {
      drop++;
    }
    if (drop > 0) {
      System.arraycopy(digits, drop, digits, 0, size - drop);
      System.arraycopy(begins, drop, begins, 0, size - drop);
      size -= drop;
    }
  }

  private boolean passes(int start) {
    int sum = 0;
    for (int i = size - 1; i >= start; i--) {
      int digit = digits[i];
      boolean doubled = (size - i) % 2 == 0;
      sum += doubled ? digit > 4 ? 2 * digit - 9 : 2 * digit : digit;
    }
    return sum % 10 == 0 && !isZero(start);
  }

  private boolean isZero(int start) {
    for (int i = start; i < size; i++) {
      if (digits[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
