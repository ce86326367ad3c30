package dev.flashq.cluster.raft;

/**
 * For how long something that is waited for has made no step, seen by looks again and again. One
 * thread looks, any may ask.
 */
final class Backlog {
  private static final long NOTHING_WAITS = -1;

  /** A look that comes so many milliseconds after the last: this process itself stood still. */
  private static final long GAP_MS = 500;

  private long done = Long.MIN_VALUE;
  private long lookedAt = Long.MIN_VALUE / 2;
  private volatile long since = NOTHING_WAITS;

  /**
   * @param wanted how far it should come
   * @param done how far it has come
   */
  void look(long wanted, long done, long nowMs) {
    boolean moved = done != this.done || nowMs - lookedAt > GAP_MS;
    this.done = done;
    lookedAt = nowMs;
    if (wanted <= done) {
      since = NOTHING_WAITS;
    } else if (moved || since == NOTHING_WAITS) {
      since = nowMs;
    }
  }

  /** 0 while nothing waits. */
  long waitedMs(long nowMs) {
    long began = since;
    return began == NOTHING_WAITS ? 0 : Math.max(0, nowMs - began);
  }
}
