package dev.flashq.content;

/** How large a regular expression becomes when its repetitions are unfolded, roughly. */
final class PatternSize {
  private final String pattern;
  private int at;

  private PatternSize(String pattern) {
    this.pattern = pattern;
  }

  static long of(String pattern) {
    return new PatternSize(pattern).sequence();
  }

  /** Up to the end of a group. */
  private long sequence() {
    long sum = 0;
    while (at < pattern.length() && pattern.charAt(at) != ')') {
      long atom = atom();
      for (long times = times(); times >= 0; times = times()) {
        atom = Math.min(Integer.MAX_VALUE, atom * Math.max(1, times));
      }
      sum = Math.min(Integer.MAX_VALUE, sum + atom);
    }
    return sum;
  }

  private long atom() {
    char c = pattern.charAt(at++);
    switch (c) {
      case '(' -> {
        long inner = sequence();
        at++;
        return 1 + inner;
      }
      case '[' -> skipClass();
      case '\\' -> skipEscape();
      default -> {}
    }
    return 1;
  }

  private void skipClass() {
    // A bracket that comes first is one of the characters.
    at += at < pattern.length() && pattern.charAt(at) == '^' ? 2 : 1;
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      at += pattern.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }

  private void skipEscape() {
    char c = at < pattern.length() ? pattern.charAt(at++) : ' ';
    boolean named = c == 'p' || c == 'P' || c == 'x';
    if (named && at < pattern.length() && pattern.charAt(at) == '{') {
      int end = pattern.indexOf('}', at);
      at = end < 0 ? pattern.length() : end + 1;
    }
  }

  /** What repetition follows; -1: none. */
  private long times() {
    if (at >= pattern.length() || pattern.charAt(at) != '{') {
      return -1;
    }
    int end = pattern.indexOf('}', at);
    String counts = end < 0 ? "" : pattern.substring(at + 1, end);
    if (!counts.matches("[0-9]{1,9}(,[0-9]{0,9})?")) {
      return -1;
    }
    at = end + 1;
    int comma = counts.indexOf(',');
    if (comma < 0) {
      return Long.parseLong(counts);
    }
    String most = counts.substring(comma + 1);
    return most.isEmpty() ? Long.parseLong(counts.substring(0, comma)) + 1 : Long.parseLong(most);
  }
}
