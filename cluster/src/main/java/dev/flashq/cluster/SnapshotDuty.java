package dev.flashq.cluster;

import dev.flashq.cluster.config.NodeClock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when this node takes a checkpoint: after so much log under load, and much earlier when
 * little is going on, so that a restart has little to replay. A short entry may be much work, as
 * the delivery of a hundred jobs is, so an entry weighs its bytes or what it writes, whichever is
 * more.
 */
final class SnapshotDuty {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotDuty.class);

  /**
   * Bytes of log that a written row stands for. A pushed job of usual size writes three or four, so
   * it weighs its bytes; a delivery, which has next to none, is kept to twice the work of pushes.
   */
  private static final long ROW_BYTES = 40;

  /** Milliseconds over which the load is measured. */
  private static final long WINDOW_MS = 1_000;

  /** It is quiet when less than this part of the limit is applied in a window. */
  private static final long QUIET_PART = 16;

  /** When it is quiet, this part of the limit is enough for a checkpoint. */
  private static final long ENOUGH_PART = 4;

  /** While a checkpoint is being sent the log may grow to so many times the limit. */
  private static final long WHILE_SENDING = 64;

  private static final long RETRY_MS = 10_000;

  private final long limit;
  private final NodeClock clock;
  private final BooleanSupplier sending;
  private final Supplier<CompletableFuture<Void>> take;
  private final AtomicLong applied = new AtomicLong();
  private final AtomicBoolean taking = new AtomicBoolean();
  private volatile long inCheckpoint;
  private volatile long notBefore;
  private long windowStart;
  private long atWindowStart;
  private boolean quiet;

  /**
   * @param limit bytes of log
   * @param sending whether an earlier checkpoint is on its way to another member
   * @param take takes a checkpoint
   */
  SnapshotDuty(
      long limit,
      NodeClock clock,
      BooleanSupplier sending,
      Supplier<CompletableFuture<Void>> take) {
    this.limit = limit;
    this.clock = clock;
    this.sending = sending;
    this.take = take;
    this.notBefore = clock.elapsed();
    this.windowStart = clock.elapsed();
  }

  /** An entry has been applied. For any thread. */
  void applied(int bytes, int rows) {
    applied.addAndGet(Math.max(bytes, ROW_BYTES * rows));
  }

  /** Called every few milliseconds, by one thread. */
  void look() {
    long now = clock.elapsed();
    long bytes = applied.get();
    measure(now, bytes);
    if (now >= notBefore && isDue(bytes - inCheckpoint) && taking.compareAndSet(false, true)) {
      begin(bytes);
    }
  }

  private void measure(long now, long bytes) {
    if (now - windowStart >= WINDOW_MS) {
      quiet = bytes - atWindowStart < limit / QUIET_PART;
      windowStart = now;
      atWindowStart = bytes;
    }
  }

  private boolean isDue(long since) {
    if (sending.getAsBoolean()) {
      return since > WHILE_SENDING * limit;
    }
    return since > limit || (quiet && since > limit / ENOUGH_PART);
  }

  private void begin(long bytes) {
    var _ =
        take.get()
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    inCheckpoint = bytes;
                  } else {
                    notBefore = clock.elapsed() + RETRY_MS;
                    LOG.warn("No checkpoint was taken; the next try is in 10 s", failure);
                  }
                  taking.set(false);
                });
  }
}
