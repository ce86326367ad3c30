package dev.flashq.transport;

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
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

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

  public void giveBack(long size) {
    things.decrementAndGet();
    bytes.addAndGet(-size);
    wake();
  }

  /** Runs the task once when there is room again; it must try again and may have to wait again. */
  public void awaitRoom(Runnable retry) {
    waiting.add(retry);
    wake();
  }

  /**
   * Everybody is woken at once, but only when an eighth is free: then there is something to get for
   * many.
   */
  private void wake() {
    if (waiting.isEmpty()
        || things.get() > maxThings - maxThings / 8 - 1
        || bytes.get() > maxBytes - maxBytes / 8) {
      return;
    }
    for (int i = waiting.size(); i > 0; i--) {
      Runnable retry = waiting.poll();
      if (retry != null) {
        retry.run();
      }
    }
  }

  public long things() {
    return things.get();
  }

  public long bytes() {
    return bytes.get();
  }
}
