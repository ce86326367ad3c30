package dev.flashq.client;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Pauses between tries: twice as long after each, up to five seconds, less a random part. */
final class Backoff {
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private long nextNanos = FIRST_NANOS;

  long pauseNanos() {
    long pause = nextNanos;
    nextNanos = Math.min(2 * pause, LONGEST_NANOS);
    return pause - ThreadLocalRandom.current().nextLong(pause / 4);
  }

  void reset() {
    nextNanos = FIRST_NANOS;
  }
}
