package dev.flashq.cluster.raft;

import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * Notes when this node last sent a part of a checkpoint to another member. A new checkpoint would
 * in time delete the one that is being sent, and the log that its receiver needs next.
 */
final class Transfers {
  /** Time for the receiver to open the checkpoint and to ask for the log behind it. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private volatile boolean any;
  private volatile long last;

  boolean isActive() {
    return any && System.nanoTime() - last < GRACE_NANOS;
  }

  /** The same parts, noted as they are taken. */
  <T> Iterable<T> noted(Iterable<T> parts) {
    return () -> noted(parts.iterator());
  }

  private <T> Iterator<T> noted(Iterator<T> parts) {
    note();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return parts.hasNext();
      }

      @Override
      public T next() {
        note();
        return parts.next();
      }
    };
  }

  private void note() {
    last = System.nanoTime();
    any = true;
  }
}
