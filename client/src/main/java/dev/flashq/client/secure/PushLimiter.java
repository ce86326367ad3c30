package dev.flashq.client.secure;

import dev.flashq.client.FlashQException;
import dev.flashq.protocol.ErrorCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Holds a program to so many pushes to each queue in any window of time, before they are sent. By a
 * clock that nobody can set. Safe for any number of threads.
 */
public final class PushLimiter {
  /** Queues that are followed at the same time. */
  public static final int MAX_QUEUES = 10_000;

  private final int max;
  private final long windowNanos;
  private final LongSupplier nanos;

  /** The queue that was pushed to longest ago first. */
  private final Map<String, PushWindow> windows = new LinkedHashMap<>(16, 0.75f, true);

  /** At most so many pushes to a queue in any window of this length. */
  public PushLimiter(int max, Duration window) {
    this(max, window, System::nanoTime);
  }

  PushLimiter(int max, Duration window, LongSupplier nanos) {
    if (max < 1 || window.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("a limit is at least one push in a millisecond");
    }
    this.max = max;
    this.windowNanos = window.toNanos();
    this.nanos = nanos;
  }

  /**
   * Counts one push to the queue.
   *
   * @throws FlashQException with RATE_LIMITED when there is no room for it, and with LIMIT_EXCEEDED
   *     when 10,000 other queues were pushed to within the window
   */
  public void acquire(String queue) {
    if (!tryAcquire(queue)) {
      throw new FlashQException(ErrorCode.RATE_LIMITED, "Rate limit exceeded for queue: " + queue);
    }
  }

  /** The same; answers whether there was room. */
  public synchronized boolean tryAcquire(String queue) {
    long now = nanos.getAsLong();
    PushWindow window = windows.get(queue);
    if (window == null) {
      makeRoom(now);
      window = new PushWindow(windowNanos, now);
      windows.put(queue, window);
    }
    return window.tryTake(max, now);
  }

  /** A queue is forgotten only when that makes no difference. */
  private void makeRoom(long now) {
    if (windows.size() < MAX_QUEUES) {
      return;
    }
    var oldest = windows.entrySet().iterator();
    if (!oldest.next().getValue().isEmpty(now)) {
      throw new FlashQException(
          ErrorCode.LIMIT_EXCEEDED, "pushes to " + MAX_QUEUES + " queues are counted already");
    }
    oldest.remove();
  }
}
