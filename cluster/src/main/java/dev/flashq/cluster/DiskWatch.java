package dev.flashq.cluster;

import dev.flashq.cluster.schedule.Scheduler;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of a disk that hangs. The node does not lead meanwhile: nothing that it writes comes to an
 * end, and the others, who hear its heartbeats, would wait with it.
 */
final class DiskWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  /** Applying an entry is also computing, and all members do it alike: it may take longer. */
  static final long APPLY_TIMES = 5;

  private final long limitMs;
  private final LongSupplier logMs;
  private final LongSupplier applyMs;
  private final Consumer<Boolean> mayLead;
  private final Scheduler lane;
  private boolean hangs;
  private long hungAt;

  /**
   * @param limitMs from which on a write that is under way counts as hanging
   * @param logMs for how long a write of the log has been under way
   * @param applyMs for how long an entry has been being applied
   * @param mayLead hears whether the node may lead
   */
  DiskWatch(
      long limitMs,
      LongSupplier logMs,
      LongSupplier applyMs,
      Consumer<Boolean> mayLead,
      Scheduler lane) {
    this.limitMs = limitMs;
    this.logMs = logMs;
    this.applyMs = applyMs;
    this.mayLead = mayLead;
    this.lane = lane;
  }

  /** Called again and again on the lane. */
  void look() {
    long now = lane.now();
    if (isHanging()) {
      hungAt = now;
      if (!hangs) {
        hangs = true;
        LOG.error(
            "The disk hangs: a write of the log takes {} ms, applying an entry {} ms; this node does not lead meanwhile",
            logMs.getAsLong(),
            applyMs.getAsLong());
        mayLead.accept(false);
      }
    } else if (hangs && now - hungAt >= limitMs) {
      hangs = false;
      LOG.info("The disk does not hang any more; this node may lead again");
      mayLead.accept(true);
    }
  }

  private boolean isHanging() {
    return logMs.getAsLong() > limitMs || applyMs.getAsLong() > APPLY_TIMES * limitMs;
  }

  /** Milliseconds for which a write has been under way; 0 while nothing waits. */
  long stallMs() {
    return Math.max(logMs.getAsLong(), applyMs.getAsLong());
  }
}
