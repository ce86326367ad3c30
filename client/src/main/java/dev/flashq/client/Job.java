package dev.flashq.client;

import dev.flashq.protocol.Limits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A job as the cluster told of it. Times are Unix milliseconds, 0 when they do not apply.
 *
 * @param state waiting, delayed, active, completed, failed or waiting-children
 * @param lease number of the delivery; names its holder in ack, fail, progress and heartbeat
 * @param attempts failures so far
 * @param stallTimeout milliseconds of a lease, 0 when the push did not say
 * @param unreadable something of it was encrypted under a key that is destroyed, and is left out
 */
public record Job(
    long id,
    String queue,
    String state,
    Data data,
    Data result,
    @Nullable String error,
    int priority,
    int attempts,
    int progress,
    long createdAt,
    long completedAt,
    long lease,
    long stallTimeout,
    boolean unreadable) {
  /** How long a lease lasts that nobody renews. */
  public Duration leaseTime() {
    return Duration.ofMillis(stallTimeout > 0 ? stallTimeout : Limits.LEASE_MS);
  }
}
