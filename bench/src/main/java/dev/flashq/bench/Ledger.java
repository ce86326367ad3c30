package dev.flashq.bench;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Which jobs were pushed and which acknowledged; ids are dense, so a bit per id will do. */
final class Ledger {
  private static final int BITS = 1 << 28;

  private final AtomicLongArray pushed = new AtomicLongArray(BITS / 64);
  private final AtomicLongArray acked = new AtomicLongArray(BITS / 64);
  private final AtomicLong pushedCount = new AtomicLong();
  private final AtomicLong ackedCount = new AtomicLong();
  private final AtomicLong twice = new AtomicLong();
  private final AtomicLong sameId = new AtomicLong();
  private final AtomicLong damaged = new AtomicLong();
  private volatile long left;

  void pushed(long id) {
    if (set(pushed, id)) {
      pushedCount.incrementAndGet();
    } else {
      sameId.incrementAndGet();
    }
  }

  void acked(long id) {
    if (set(acked, id)) {
      ackedCount.incrementAndGet();
    } else {
      twice.incrementAndGet();
    }
  }

  /** A job came whose data is not what was pushed. */
  void damaged() {
    damaged.incrementAndGet();
  }

  /** Notes how many jobs the queue still holds. */
  void left(long jobs) {
    left = jobs;
  }

  long leftCount() {
    return left;
  }

  private static boolean set(AtomicLongArray bits, long id) {
    int word = (int) (id % BITS / 64);
    long bit = 1L << (id & 63);
    return (bits.getAndUpdate(word, old -> old | bit) & bit) == 0;
  }

  long pushedCount() {
    return pushedCount.get();
  }

  long ackedCount() {
    return ackedCount.get();
  }

  long ackedTwice() {
    return twice.get();
  }

  /** Pushes that were answered with the id of another push: one of the two jobs is lost. */
  long sameId() {
    return sameId.get();
  }

  /** Deliveries with data that nobody pushed; such jobs are not acknowledged. */
  long damagedCount() {
    return damaged.get();
  }

  /** Whether every answered push was acknowledged so far; cheap as long as many are missing. */
  boolean isSettled() {
    return ackedCount() >= pushedCount() && lost() == 0;
  }

  /**
   * Whether jobs were pushed and each was acknowledged exactly once, with its own data, and none is
   * left.
   */
  boolean isExact() {
    return pushedCount() > 0
        && lost() == 0
        && ackedTwice() == 0
        && unexpected() == 0
        && sameId() == 0
        && damagedCount() == 0
        && leftCount() == 0;
  }

  /** Pushes that were answered and whose job was never acknowledged. */
  long lost() {
    long lost = 0;
    for (int i = 0; i < pushed.length(); i++) {
      lost += Long.bitCount(pushed.get(i) & ~acked.get(i));
    }
    return lost;
  }

  /**
   * Acknowledged jobs whose push was never answered: sent again after a failover, or answered too
   * late.
   */
  long unexpected() {
    long extra = 0;
    for (int i = 0; i < pushed.length(); i++) {
      extra += Long.bitCount(acked.get(i) & ~pushed.get(i));
    }
    return extra;
  }
}
