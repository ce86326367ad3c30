package dev.flashq.cluster.raft;

import java.util.ArrayDeque;

/**
 * Entries that were sent to one follower and that it has not confirmed, in bytes. Ratis forgets a
 * request that is not answered in time and sends the next ones, although the follower may still
 * hold all of them: one with a slow disk ran out of memory by large entries.
 */
final class Unanswered {
  /** Bytes from which on nothing more is sent: with one more entry, twice the greatest. */
  static final long LIMIT = RatisProperties.ENTRY_MAX;

  private final ArrayDeque<Sent> sent = new ArrayDeque<>();
  private long bytes;

  private record Sent(long first, long last, long bytes) {}

  synchronized void sent(long first, long last, long size) {
    forgetFrom(first);
    sent.addLast(new Sent(first, last, size));
    bytes += size;
  }

  /**
   * @param match the last entry that the follower has confirmed
   * @param next the entry that it is sent next; those behind it are sent again
   */
  synchronized boolean isFull(long match, long next) {
    forgetFrom(next);
    while (!sent.isEmpty() && sent.getFirst().last <= match) {
      bytes -= sent.removeFirst().bytes;
    }
    return bytes >= LIMIT;
  }

  private void forgetFrom(long index) {
    while (!sent.isEmpty() && sent.getLast().first >= index) {
      bytes -= sent.removeLast().bytes;
    }
  }
}
