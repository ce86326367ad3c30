package dev.flashq.statemachine.log;

import dev.flashq.protocol.option.PushOption;

/**
 * What an entry must be like so that no handler can fail on it. Other than the rules of the
 * gateway, it is fixed for ever: it decides what a replica makes of the log.
 */
final class Form {
  /** Characters of a name; in a key its bytes then have room in 15 bits. */
  private static final int NAME = 8192;

  /** Milliseconds, over 140,000 years: a thousand times as many are still a number. */
  private static final long MILLIS = 1L << 52;

  /** Jobs in a rate limit: deliveries are counted in 32 bits. */
  private static final long RATE = 1L << 30;

  private Form() {}

  /** Names stand in keys, and what has none is nothing. */
  static String name(String text) {
    require(!text.isEmpty() && text.length() <= NAME, "a name that no key can hold");
    return text;
  }

  /** A time or a duration, brought into the range in which the engine can compute. */
  static long millis(long ms) {
    return Math.clamp(ms, 0, MILLIS);
  }

  /** Time of a rate limit: there are parts of it. */
  static long window(long ms) {
    return Math.clamp(ms, 1, MILLIS);
  }

  static long rate(long jobs) {
    return Math.clamp(jobs, 0, RATE);
  }

  /** What there is at most of something. */
  static long amount(long limit) {
    return Math.max(0, limit);
  }

  /** The value of an option as the engine can use it. */
  static Object option(PushOption option, Object value) {
    return switch (option.kind()) {
      case MILLIS -> millis((long) value);
      case INT64 -> Math.max(0, (long) value);
      case TEXT, TEXT_OR_NUMBER -> name((String) value);
      case INT32, FLAG, TEXTS, IDS -> value;
    };
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
