package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What clients were told, in the order of the jobs and not of time. */
final class History {
  private final Set<Long> pushed = ConcurrentHashMap.newKeySet();
  private final Map<Long, Integer> acks = new ConcurrentHashMap<>();
  private final Set<Long> unknownAcks = ConcurrentHashMap.newKeySet();
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

  /** An acknowledgement whose outcome its worker never learnt: the job may or may not be done. */
  void ackUnknown(long id) {
    unknownAcks.add(id);
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

  int unknownAckCount() {
    return unknownAcks.size();
  }

  /** Acknowledged pushes whose jobs no worker has acknowledged, not even perhaps. */
  Set<Long> lost() {
    return pushed.stream()
        .filter(id -> !acks.containsKey(id) && !unknownAcks.contains(id))
        .collect(Collectors.toCollection(TreeSet::new));
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

  /** Waits until so many jobs more have gone all the way. */
  void awaitProgress(int jobs, Duration limit) {
    int before = ackedCount();
    await().atMost(limit).until(() -> ackedCount() > before + jobs);
  }

  /** Nothing acknowledged is lost, and nothing was acknowledged twice or came from nowhere. */
  void check() {
    assertThat(lost()).isEmpty();
    assertThat(ackedTwice()).isEmpty();
    assertThat(unexpected()).hasSizeLessThanOrEqualTo((int) unknown());
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

  /** The longest such time after a moment of System.nanoTime, the one that still lasts included. */
  long longestPauseMsSince(long nanos) {
    return pauses.longestMsSince(nanos);
  }

  private static final class Pauses {
    /** Shorter ones are not remembered. */
    private static final long NOTABLE_NANOS = 50_000_000;

    private final List<Pause> notable = new ArrayList<>();
    private boolean begun;
    private boolean ended;
    private long since;
    private long longest;

    synchronized void answered() {
      if (ended) {
        return;
      }
      long now = System.nanoTime();
      if (begun && now - since > NOTABLE_NANOS) {
        notable.add(new Pause(since, now));
      }
      longest = begun ? Math.max(longest, now - since) : 0;
      since = now;
      begun = true;
    }

    synchronized void end() {
      ended = true;
    }

    synchronized long longestMs() {
      return longest / 1_000_000;
    }

    synchronized long longestMsSince(long nanos) {
      var now = new Pause(since, System.nanoTime());
      return Stream.concat(notable.stream(), Stream.of(now))
              .mapToLong(pause -> pause.lengthSince(nanos))
              .reduce(0, Math::max)
          / 1_000_000;
    }

    private record Pause(long begin, long end) {
      long lengthSince(long nanos) {
        return end - Math.max(begin, nanos);
      }
    }
  }
}
