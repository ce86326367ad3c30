package dev.flashq.cluster.read;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;

/** The last log index in this replica's state, and those who wait for it to grow. */
public final class AppliedIndex {
  private final ConcurrentSkipListMap<Long, CompletableFuture<Void>> waiting =
      new ConcurrentSkipListMap<>();
  private volatile long applied = -1;

  /** -1: none. */
  public long get() {
    return applied;
  }

  public void advance(long index) {
    applied = Math.max(applied, index);
    Map.Entry<Long, CompletableFuture<Void>> first = waiting.firstEntry();
    while (first != null && first.getKey() <= index) {
      waiting.remove(first.getKey());
      first.getValue().complete(null);
      first = waiting.firstEntry();
    }
  }

  /**
   * Completes when the index is applied. Waits that are given up stay until then: one per index at
   * most.
   */
  public CompletableFuture<Void> reached(long index) {
    if (applied >= index) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> wait = waiting.computeIfAbsent(index, _ -> new CompletableFuture<>());
    if (applied >= index) {
      wait.complete(null);
      waiting.remove(index, wait);
    }
    return wait.copy();
  }
}
