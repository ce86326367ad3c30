package dev.flashq.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A number of things and of bytes that all connections of a server share. Safe for use by threads.
 */
public final class Budget {
  private final long maxThings;
  private final long maxBytes;
  private final AtomicLong things = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final Queue<Waiter> waiting = new ConcurrentLinkedQueue<>();

  private record Waiter(long size, Runnable retry) {}

  public Budget(long maxThings, long maxBytes) {
    this.maxThings = maxThings;
    this.maxBytes = maxBytes;
  }

  /**
   * Takes one thing of so many bytes if there is room. A thing above the limit goes when it is
   * alone.
   */
  public boolean tryTake(long size) {
    long nowThings = things.incrementAndGet();
    long nowBytes = bytes.addAndGet(size);
    if (nowThings > maxThings || (nowBytes > maxBytes && nowBytes != size)) {
      things.decrementAndGet();
      bytes.addAndGet(-size);
      return false;
    }
    return true;
  }

  /** What was taken turns out to be smaller. */
  public void shrink(long from, long to) {
    bytes.addAndGet(to - from);
    wake();
  }

  public void giveBack(long size) {
    things.decrementAndGet();
    bytes.addAndGet(-size);
    wake();
  }

  /**
   * Runs the task once when there is room for so many bytes. The task must try again; whether or
   * not it took something, it calls {@link #passOn} afterwards, so that those behind it get their
   * turn.
   */
  public void awaitRoom(long size, Runnable retry) {
    waiting.add(new Waiter(size, retry));
    wake();
  }

  /** Lets the next ones try if there is room left. */
  public void passOn() {
    wake();
  }

  private void wake() {
    if (!waiting.isEmpty()) {
      fitting().forEach(Runnable::run);
    }
  }

  /**
   * Takes as many out of the line as there seems to be room for; a large one in front holds up
   * those behind it.
   */
  private synchronized List<Runnable> fitting() {
    List<Runnable> tasks = new ArrayList<>();
    long freeThings = maxThings - things.get();
    long usedBytes = bytes.get();
    Waiter first = waiting.peek();
    while (first != null
        && freeThings > 0
        && (usedBytes == 0 || usedBytes + first.size() <= maxBytes)) {
      waiting.poll();
      tasks.add(first.retry());
      freeThings--;
      usedBytes += first.size();
      first = waiting.peek();
    }
    return tasks;
  }

  /** Whether somebody waits for room. */
  public boolean isAwaited() {
    return !waiting.isEmpty();
  }

  public long things() {
    return things.get();
  }

  public long bytes() {
    return bytes.get();
  }
}
