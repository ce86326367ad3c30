package dev.flashq.chaos;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What clients were told, in the order of the jobs and not of time. */
final class History {
  private final Set<Long> pushed = ConcurrentHashMap.newKeySet();
  private final Map<Long, Integer> acks = new ConcurrentHashMap<>();
  private final AtomicLong unknownPushes = new AtomicLong();
  private final Pauses pauses = new Pauses();

  void pushed(long id) {
    pushed.add(id);
    pauses.answered();
  }

  /** A push whose outcome its client never learnt: it may or may not be there. */
  void pushUnknown() {
    unknownPushes.incrementAndGet();
  }

  void acked(long id) {
    acks.merge(id, 1, Integer::sum);
    pauses.answered();
  }

  int pushedCount() {
    return pushed.size();
  }

  int ackedCount() {
    return acks.size();
  }

  long unknown() {
    return unknownPushes.get();
  }

  /** Acknowledged pushes whose jobs were never acknowledged by a worker. */
  Set<Long> lost() {
    var lost = new TreeSet<>(pushed);
    lost.removeAll(acks.keySet());
    return lost;
  }

  /** Jobs that two workers were told to have finished. */
  Set<Long> ackedTwice() {
    var twice = new TreeSet<Long>();
    acks.forEach(
        (id, times) -> {
          if (times > 1) {
            twice.add(id);
          }
        });
    return twice;
  }

  /** Finished jobs that nobody was told to have pushed; each must be an unknown push. */
  Set<Long> unexpected() {
    var extra = new TreeSet<>(acks.keySet());
    extra.removeAll(pushed);
    return extra;
  }

  /** No pause counts from now on: there will be less and less to answer. */
  void ends() {
    pauses.end();
  }

  /**
   * The longest time in which no push and no acknowledgement was answered. There are always some on
   * their way: who does not push because too many jobs wait has workers that acknowledge them.
   */
  long longestPauseMs() {
    return pauses.longestMs();
  }

  private static final class Pauses {
    private boolean counts;
    private boolean ended;
    private long since;
    private long longest;

    synchronized void answered() {
      long now = System.nanoTime();
      longest = counts ? Math.max(longest, now - since) : longest;
      since = now;
      counts = !ended;
    }

    synchronized void end() {
      ended = true;
      counts = false;
    }

    synchronized long longestMs() {
      return longest / 1_000_000;
    }
  }
}
