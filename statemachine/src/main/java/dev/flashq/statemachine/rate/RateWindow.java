package dev.flashq.statemachine.rate;

import dev.flashq.statemachine.Command.RateLimit;
import java.util.Arrays;
import java.util.List;

/**
 * What has gone under a rate limit, as a value: at most {@code max} jobs go in any window of {@code
 * durationMs}. They are counted in slots of 1/64 of the duration, at least a millisecond; one
 * counts until the end of its slot is a whole duration ago. So the limit is never exceeded, and a
 * queue that always has jobs reaches it but for the length of a slot.
 */
public final class RateWindow {
  private static final int SLOTS = 64;

  private final RateLimit limit;

  /** Number of the slot of the first count, from 1970 on. */
  private final long first;

  /** Of the first slot that counts, and of all up to the latest one in which a job went. */
  private final int[] counts;

  private RateWindow(RateLimit limit, long first, int[] counts) {
    this.limit = limit;
    this.first = first;
    this.counts = counts;
  }

  public static RateWindow empty(RateLimit limit) {
    return new RateWindow(limit, 0, new int[0]);
  }

  public static RateWindow of(RateLimit limit, long first, List<Integer> counts) {
    return new RateWindow(limit, first, counts.stream().mapToInt(Integer::intValue).toArray());
  }

  public RateLimit limit() {
    return limit;
  }

  public long first() {
    return first;
  }

  public List<Integer> counts() {
    return Arrays.stream(counts).boxed().toList();
  }

  /** The same deliveries under another limit: setting one again allows nothing more. */
  public RateWindow under(RateLimit changed, long now) {
    if (changed.durationMs() == limit.durationMs()) {
      return new RateWindow(changed, first, counts);
    }
    RateWindow moved = empty(changed);
    for (int i = 0; i < counts.length; i++) {
      if (!isPast(first + i, now)) {
        // As late as they can have been.
        moved = moved.with(Math.min(now, endOf(first + i) - 1), counts[i]);
      }
    }
    return moved;
  }

  private long slotMs() {
    return Math.ceilDiv(limit.durationMs(), SLOTS);
  }

  private long endOf(long slot) {
    return (slot + 1) * slotMs();
  }

  private boolean isPast(long slot, long now) {
    return endOf(slot) + limit.durationMs() <= now;
  }

  /** How many jobs may go now. */
  public long jobs(long now) {
    return Math.max(0, free(now));
  }

  /** Negative when the limit was lowered below what has been delivered. */
  private long free(long now) {
    long counted = 0;
    for (int i = 0; i < counts.length; i++) {
      counted += isPast(first + i, now) ? 0 : counts[i];
    }
    return limit.max() - counted;
  }

  /** A job goes now. */
  public RateWindow take(long now) {
    return with(now, 1);
  }

  private RateWindow with(long at, int jobs) {
    if (jobs == 0) {
      return this;
    }
    int past = 0;
    while (past < counts.length && isPast(first + past, at)) {
      past++;
    }
    long from = past == counts.length ? at / slotMs() : first + past;
    long slot = Math.max(from, at / slotMs());
    int[] next = new int[(int) (Math.max(slot, first + counts.length - 1) - from + 1)];
    System.arraycopy(counts, past, next, 0, counts.length - past);
    next[(int) (slot - from)] += jobs;
    return new RateWindow(limit, from, next);
  }

  /** When the next job may go, Unix ms; {@link Long#MAX_VALUE} when never. */
  public long nextAt(long now) {
    if (limit.max() == 0) {
      return Long.MAX_VALUE;
    }
    long free = free(now);
    long next = now;
    for (int i = 0; free <= 0 && i < counts.length; i++) {
      if (counts[i] > 0 && !isPast(first + i, now)) {
        free += counts[i];
        next = endOf(first + i) + limit.durationMs();
      }
    }
    return next;
  }
}
