package dev.flashq.statemachine.queue;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.rate.RateWindow;
import org.jspecify.annotations.Nullable;

/**
 * What a queue lets go, as other threads may know it: a value that tells for any time from now on.
 *
 * @param free ready jobs that neither a pause nor a busy group nor the concurrency holds back
 * @param rate null: no limit
 */
record Gate(long free, @Nullable RateWindow rate) {
  static final Gate SHUT = new Gate(0, null);

  /** Whether it may let something go without any further entry. */
  boolean opens() {
    return free > 0 && (rate == null || rate.limit().max() > 0);
  }

  /**
   * @param now the replicated clock, as far as the asking node knows it
   */
  Deliverable at(long now) {
    if (rate == null || free <= 0) {
      return new Deliverable((int) Math.clamp(free, 0, Limits.JOBS_PER_DELIVERY), 0);
    }
    int jobs = (int) Math.clamp(Math.min(free, rate.jobs(now)), 0, Limits.JOBS_PER_DELIVERY);
    boolean later = jobs == 0 && opens();
    return new Deliverable(jobs, later ? Math.max(1, rate.nextAt(now) - now) : 0);
  }
}
