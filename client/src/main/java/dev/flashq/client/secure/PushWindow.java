package dev.flashq.client.secure;

import java.util.Arrays;

/**
 * Pushes to one queue, in slots of 1/64 of a window. Each slot counts until all of it is a whole
 * window ago: never more than the limit, and room is seen one slot late at most.
 */
final class PushWindow {
  private static final int SLOTS = 64;

  private final long slotNanos;
  private final long startNanos;

  /** The current slot and the 64 before it, in a ring. */
  private final int[] taken = new int[SLOTS + 1];

  private long slot;
  private long sum;

  PushWindow(long windowNanos, long nowNanos) {
    slotNanos = Math.ceilDiv(windowNanos, SLOTS);
    startNanos = nowNanos;
  }

  boolean tryTake(int max, long nowNanos) {
    advance(nowNanos);
    if (sum >= max) {
      return false;
    }
    taken[ring(slot)]++;
    sum++;
    return true;
  }

  boolean isEmpty(long nowNanos) {
    advance(nowNanos);
    return sum == 0;
  }

  private void advance(long nowNanos) {
    long to = Math.max(slot, (nowNanos - startNanos) / slotNanos);
    if (to - slot > SLOTS) {
      Arrays.fill(taken, 0);
      sum = 0;
    } else {
      for (long next = slot + 1; next <= to; next++) {
        sum -= taken[ring(next)];
        taken[ring(next)] = 0;
      }
    }
    slot = to;
  }

  private static int ring(long slot) {
    return (int) (slot % (SLOTS + 1));
  }
}
