package dev.flashq.statemachine.queue;

import dev.flashq.statemachine.Command.RateLimit;

/**
 * A token bucket as a value. It holds at most {@code max} jobs, begins full, and regains {@code
 * max} jobs evenly over {@code durationMs}. To stay exact without fractions, tokens count in parts
 * of {@code 1 / durationMs} of a job: a millisecond regains {@code max} parts and a job costs
 * {@code durationMs} parts.
 *
 * @param tokens parts in the bucket at {@code refilledAt}
 */
public record RateBucket(RateLimit limit, long tokens, long refilledAt) {

  public static RateBucket full(RateLimit limit, long now) {
    return new RateBucket(limit, limit.max() * limit.durationMs(), now);
  }

  public RateBucket at(long now) {
    long elapsed = Math.clamp(now - refilledAt, 0, limit.durationMs());
    long capacity = limit.max() * limit.durationMs();
    return new RateBucket(limit, Math.min(capacity, tokens + elapsed * limit.max()), now);
  }

  /** How many jobs may go now; the bucket must be {@link #at} now. */
  public int jobs() {
    return (int) Math.min(Integer.MAX_VALUE, tokens / limit.durationMs());
  }

  public RateBucket take() {
    return new RateBucket(limit, tokens - limit.durationMs(), refilledAt);
  }

  /** When the next job may go, Unix ms; {@link Long#MAX_VALUE} when never. */
  public long nextAt() {
    if (limit.max() == 0) {
      return Long.MAX_VALUE;
    }
    long missing = Math.max(0, limit.durationMs() - tokens);
    return refilledAt + Math.ceilDiv(missing, limit.max());
  }
}
