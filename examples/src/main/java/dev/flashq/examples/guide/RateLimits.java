package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.secure.PushLimiter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Limits of queues, which the cluster keeps, and of a program, which it keeps by itself. */
public final class RateLimits {
  /** At most so many jobs of a queue are delivered in any window, over all nodes and workers. */
  public record Limit(String queue, int max, Duration window) {}

  /** The guide's table, and its {@code setRateLimit('api-calls', {max: 100, duration: 60000})}. */
  public static final List<Limit> USUAL =
      List.of(
          new Limit("api-calls", 100, Duration.ofMinutes(1)),
          new Limit("emails", 1000, Duration.ofHours(1)),
          new Limit("payments", 100, Duration.ofMinutes(1)),
          new Limit("notifications", 10_000, Duration.ofMinutes(1)));

  private final FlashQ client;
  private final PushLimiter limiter = new PushLimiter(100, Duration.ofMinutes(1));

  public RateLimits(FlashQ client) {
    this.client = client;
  }

  /** Needs the permission {@code admin} on the queues. */
  public void set() {
    USUAL.forEach(limit -> client.limitRate(limit.queue, limit.max, limit.window).join());
  }

  /**
   * Pushes 100 jobs a minute to a queue at most.
   *
   * @throws dev.flashq.client.FlashQException {@code Rate limit exceeded for queue: emails};
   *     nothing was sent
   */
  public CompletableFuture<Long> push(String queue, Data data) {
    limiter.acquire(queue);
    return client.push(queue, data);
  }
}
