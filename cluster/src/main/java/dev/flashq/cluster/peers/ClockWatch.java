package dev.flashq.cluster.peers;

import dev.flashq.cluster.schedule.Scheduler;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of a clock that differs from those of the majority; a node with such a clock does not lead.
 */
public final class ClockWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

  /** Milliseconds between this node's clock and that of the majority that are nobody's concern. */
  public static final long LIMIT_MS = 2_000;

  private static final long REPEAT_MS = 60_000;
  private static final long RESIGN_MS = 10_000;

  private final String self;
  private final Members members;
  private final PeerLink peers;
  private final Scheduler lane;
  private boolean wrong;
  private long toldAt;
  private long resignedAt;

  public ClockWatch(String self, Members members, PeerLink peers, Scheduler lane) {
    this.self = self;
    this.members = members;
    this.peers = peers;
    this.lane = lane;
    this.toldAt = -REPEAT_MS;
    this.resignedAt = -RESIGN_MS;
  }

  /** Looks at the clocks; called again and again on the lane. */
  public void look(boolean leads) {
    Optional<Long> deviation = members.deviationMs(self);
    boolean wasWrong = wrong;
    wrong = deviation.filter(ms -> Math.abs(ms) > LIMIT_MS).isPresent();
    long now = lane.now();
    if (wrong && (!wasWrong || now - toldAt >= REPEAT_MS)) {
      toldAt = now;
      LOG.error(
          "The clock of this node is {} ms off those of the majority; set it right",
          deviation.orElse(0L));
    } else if (wasWrong && !wrong) {
      LOG.info("The clock of this node agrees with those of the majority again");
    }
    if (wrong && leads && now - resignedAt >= RESIGN_MS) {
      resignedAt = now;
      peers.resign(this::isRight);
    }
  }

  private boolean isRight(String member) {
    return members.deviationMs(member).filter(ms -> Math.abs(ms) <= LIMIT_MS).isPresent();
  }
}
