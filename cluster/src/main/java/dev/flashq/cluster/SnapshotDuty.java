package dev.flashq.cluster;

import dev.flashq.cluster.schedule.Scheduler;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
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
  private final Scheduler lane;
  private final Checkpointing checkpoints;
  private final AtomicLong applied = new AtomicLong();

  /** Set while a look is due soon, so that entries need not ask for one. */
  private final AtomicBoolean looking = new AtomicBoolean();

  /** Set when a look was asked for at once; asked again after the next window or checkpoint. */
  private final AtomicBoolean urged = new AtomicBoolean();

  private volatile long inCheckpoint;

  /** Of the lane alone, like all below. */
  private long notBefore;

  private long windowStart;
  private long atWindowStart;
  private boolean quiet;
  private boolean taking;

  /**
   * @param limit bytes of log
   */
  SnapshotDuty(long limit, Scheduler lane, Checkpointing checkpoints) {
    this.limit = limit;
    this.lane = lane;
    this.checkpoints = checkpoints;
    this.notBefore = lane.now();
    this.windowStart = lane.now();
  }

  /** An entry has been applied. For any thread; returns at once. */
  void applied(int bytes, int rows) {
    long total = applied.addAndGet(Math.max(bytes, ROW_BYTES * rows));
    if (!looking.get() && looking.compareAndSet(false, true)) {
      lane.after(WINDOW_MS, this::lookAtWindow);
    }
    // Under load the next window may be too late.
    if (total - inCheckpoint > limit && !urged.get() && urged.compareAndSet(false, true)) {
      lane.execute(this::look);
    }
  }

  /** Looks again and again until everything is in a checkpoint, or nearly nothing is not. */
  private void lookAtWindow() {
    long bytes = applied.get();
    long now = lane.now();
    quiet = bytes - atWindowStart < limit / QUIET_PART * (now - windowStart) / WINDOW_MS;
    boolean still = bytes == atWindowStart;
    urged.set(false);
    windowStart = now;
    atWindowStart = bytes;
    look();
    if (still && bytes - inCheckpoint <= limit / ENOUGH_PART) {
      looking.set(false);
      if (applied.get() == bytes || !looking.compareAndSet(false, true)) {
        return;
      }
    }
    lane.after(WINDOW_MS, this::lookAtWindow);
  }

  private void look() {
    long bytes = applied.get();
    if (!taking && lane.now() >= notBefore && isDue(bytes - inCheckpoint)) {
      begin(bytes);
    }
  }

  private boolean isDue(long since) {
    if (checkpoints.isSending()) {
      return since > WHILE_SENDING * limit;
    }
    return since > limit || (quiet && since > limit / ENOUGH_PART);
  }

  private void begin(long bytes) {
    taking = true;
    var _ =
        checkpoints.take().whenComplete((_, failure) -> lane.execute(() -> taken(bytes, failure)));
  }

  private void taken(long bytes, @Nullable Throwable failure) {
    taking = false;
    urged.set(false);
    if (failure == null) {
      inCheckpoint = bytes;
    } else {
      notBefore = lane.now() + RETRY_MS;
      LOG.warn("No checkpoint was taken; the next try is in 10 s", failure);
    }
    look();
  }
}
