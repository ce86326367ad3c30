package dev.flashq.cluster.raft;

/**
 * Which refusals of a follower send its appender back in the log. Entries are sent ahead, so a
 * follower that lacks some refuses several requests in a row, all for the same gap; the first sends
 * the appender back, and the others arrive when what fills the gap is already on its way. If each
 * of them sent it back again, the follower would get everything twice, refuse that too, and so on.
 */
final class Rewinds {
  /**
   * Milliseconds after a step back in which only a step further back is taken. Longer than an
   * append takes on a busy follower; a gap that is still there is refused again, at the latest at
   * the next heartbeat.
   */
  static final long SETTLE_MS = 500;

  private long to = Long.MAX_VALUE;
  private long at;

  /**
   * Whether the appender takes the step, which is then noted.
   *
   * @param next index to go on with
   * @param current index that it would go on with otherwise
   * @param stale whether the refused request may have been sent before the last step: nothing was
   *     remembered of it
   */
  synchronized boolean take(long next, long current, boolean stale, long nowMs) {
    if (next >= current) {
      return !stale;
    }
    if (next >= to && nowMs - at < SETTLE_MS) {
      return false;
    }
    to = next;
    at = nowMs;
    return true;
  }
}
