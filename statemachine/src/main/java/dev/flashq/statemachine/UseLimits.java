package dev.flashq.statemachine;

/**
 * How much one token may use at once.
 *
 * @param connections to one node
 * @param waits pulls and other requests that wait on one node
 * @param bytes of requests that are under way on one node
 * @param queues that it has made and that there still are
 */
public record UseLimits(long connections, long waits, long bytes, long queues) {
  public static final long UNLIMITED = Long.MAX_VALUE;

  public static final UseLimits NONE = new UseLimits(UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED);

  /** What both allow. */
  public UseLimits and(UseLimits other) {
    return new UseLimits(
        Math.min(connections, other.connections),
        Math.min(waits, other.waits),
        Math.min(bytes, other.bytes),
        Math.min(queues, other.queues));
  }
}
