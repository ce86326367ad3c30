package dev.flashq.chaos;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What the clients of a soak were told. */
final class SoakNotes {
  /** Acknowledged, by jobs. */
  final Queue<Long> pushed = new ConcurrentLinkedQueue<>();

  final Queue<Long> pulled = new ConcurrentLinkedQueue<>();
  final Queue<Long> acked = new ConcurrentLinkedQueue<>();

  /** By codes. */
  final Map<String, AtomicInteger> refused = new ConcurrentHashMap<>();

  /** What ended a thread that should have gone on. */
  final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  void refused(String code) {
    refused.computeIfAbsent(code, _ -> new AtomicInteger()).incrementAndGet();
  }

  int count(String code) {
    AtomicInteger count = refused.get(code);
    return count == null ? 0 : count.get();
  }

  /** Waits until so many more jobs have been pushed. */
  void awaitPushes(int more, Duration limit) {
    int before = pushed.size();
    await().atMost(limit).until(() -> !failures.isEmpty() || pushed.size() >= before + more);
    if (!failures.isEmpty()) {
      throw new AssertionError("a thread of the soak has ended", failures.element());
    }
  }
}
