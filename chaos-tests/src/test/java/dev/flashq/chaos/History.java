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
  private final AtomicLong lastAnswer = new AtomicLong();
  private final AtomicLong longestPause = new AtomicLong();

  void pushed(long id) {
    pushed.add(id);
    long now = System.nanoTime();
    long before = lastAnswer.getAndSet(now);
    if (before != 0) {
      longestPause.accumulateAndGet(now - before, Math::max);
    }
  }

  /** A push whose outcome its client never learnt: it may or may not be there. */
  void pushUnknown() {
    unknownPushes.incrementAndGet();
  }

  void acked(long id) {
    acks.merge(id, 1, Integer::sum);
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

  long longestPauseMs() {
    return longestPause.get() / 1_000_000;
  }
}
