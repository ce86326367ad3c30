package dev.flashq.client;

import dev.flashq.protocol.Limits;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Numbers the requests of one client and knows which of them have their answers, so that the
 * cluster can forget those. At most {@link #OUTSTANDING} are without an answer; the next one waits.
 */
final class SequenceWindow {
  /**
   * Half of what the cluster keeps per client, so that no answer is dropped that may be asked for
   * again.
   */
  static final int OUTSTANDING = Limits.ANSWERS_PER_CLIENT / 2;

  private static final int MASK = Limits.ANSWERS_PER_CLIENT - 1;

  private final String client;
  private final Semaphore room = new Semaphore(OUTSTANDING);
  private final boolean[] answered = new boolean[Limits.ANSWERS_PER_CLIENT];
  private long next = 1;
  private volatile long settled = 1;

  SequenceWindow(String client) {
    this.client = client;
  }

  String client() {
    return client;
  }

  /** The next number; blocks while too many requests are unanswered. */
  long take() {
    while (true) {
      room.acquireUninterruptibly();
      synchronized (this) {
        // The slowest request holds the window: numbers may not run a whole round ahead of it.
        if (next - settled < answered.length) {
          answered[(int) next & MASK] = false;
          return next++;
        }
      }
      room.release();
      LockSupport.parkNanos(this, 100_000);
    }
  }

  void settle(long sequence) {
    synchronized (this) {
      answered[(int) sequence & MASK] = true;
      long first = settled;
      while (first < next && answered[(int) first & MASK]) {
        first++;
      }
      settled = first;
    }
    room.release();
  }

  /** Every request with a smaller number has its answer. */
  long settled() {
    return settled;
  }
}
