package dev.flashq.cluster;

import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.schedule.Scheduler.Alarm;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * While this node leads: proposes a tick when a timer is due, makes up to lease holders for the
 * time in which they could not be heard, and raises the feature level when all members can follow.
 * One proposal at a time. When nothing is due, nothing is written, and nothing runs.
 */
final class LeaderDuties {
  /** Milliseconds between looks at the clock while a timer is far: the clock is drawn. */
  private static final long LOOK_MS = 1_000;

  /** Milliseconds until a proposal that was refused is made again. */
  private static final long AGAIN_MS = 20;

  /**
   * Milliseconds of standing still from which on lease holders may have been kept from speaking.
   */
  static final long STALL_MS = 500;

  /** Milliseconds that the holders of leases have to speak before the first of them may end. */
  static final long GRACE_MS = 2_000;

  private final Replica replica;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private final LongSupplier clock;
  private final IntSupplier commonLevel;
  private final AtomicLong leaderships = new AtomicLong();
  private volatile boolean leading;

  /** The timer for which the alarm is set, Unix ms. */
  private volatile long awaited = Long.MAX_VALUE;

  /** Of the lane alone, like all below. */
  private boolean proposing;

  /** Milliseconds that lease holders have lost and not been given; -1: nothing is owed. */
  private long owedMs = -1;

  private @Nullable Alarm alarm;

  /**
   * @param clock the replicated clock, Unix ms
   * @param commonLevel the feature level that all members can follow; 0 when that is not known
   */
  LeaderDuties(
      Replica replica,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane,
      LongSupplier clock,
      IntSupplier commonLevel) {
    this.replica = replica;
    this.propose = propose;
    this.lane = lane;
    this.clock = clock;
    this.commonLevel = commonLevel;
  }

  /**
   * @param lostMs for which nobody led
   */
  void lead(long lostMs) {
    long leadership = leaderships.incrementAndGet();
    lane.execute(
        () -> {
          if (leaderships.get() == leadership) {
            leading = true;
            owedMs = lostMs;
            look();
          }
        });
  }

  void leadNoMore() {
    leaderships.incrementAndGet();
    leading = false;
  }

  boolean leads() {
    return leading;
  }

  /** This node, or the log, stood still for so long. */
  void stalled(long ms) {
    if (leading && ms >= STALL_MS) {
      lane.execute(
          () -> {
            owedMs = Math.max(owedMs, ms);
            look();
          });
    }
  }

  /** Another member has been heard. */
  void membersHeard() {
    if (leading && levelToRaise() > 0) {
      lane.execute(this::look);
    }
  }

  /** An entry has been applied, or the state replaced. For any thread; returns at once. */
  void timersChanged() {
    if (leading && due() < awaited) {
      lane.execute(this::look);
    }
  }

  private void look() {
    Alarm old = alarm;
    if (old != null) {
      old.cancel();
    }
    alarm = null;
    awaited = Long.MAX_VALUE;
    if (!leading || proposing) {
      return;
    }
    int level = levelToRaise();
    if (level > 0) {
      propose(new Command.RaiseFeatureLevel(level), () -> {});
      return;
    }
    if (level() < FeatureLevel.LOST_TIME) {
      owedMs = -1;
    }
    if (owedMs >= 0) {
      long given = owedMs;
      propose(
          new Command.ExtendLeases(given, GRACE_MS),
          () -> owedMs = owedMs > given ? owedMs - given : -1);
      return;
    }
    long due = due();
    long left = due - clock.getAsLong();
    if (left <= 0) {
      // More than one tick may fire may be due: then the next one goes at once.
      var digest = replica.digest();
      propose(new Command.Tick(digest.index(), digest.value()), () -> {});
    } else if (due != Long.MAX_VALUE) {
      awaited = due;
      sleep(Math.min(left, LOOK_MS));
    }
  }

  private void sleep(long ms) {
    long wanted = lane.now() + ms;
    alarm =
        lane.after(
            ms,
            () -> {
              // Before anything ends whose holder may have spoken meanwhile.
              long late = lane.now() - wanted;
              owedMs = late >= STALL_MS ? Math.max(owedMs, late) : owedMs;
              look();
            });
  }

  private void propose(Command command, Runnable done) {
    proposing = true;
    long begun = lane.now();
    var _ =
        propose
            .apply(new Submission(Principal.SYSTEM, null, command))
            .whenComplete((reply, _) -> lane.execute(() -> proposed(reply, begun, done)));
  }

  private void proposed(@Nullable Reply reply, long begun, Runnable done) {
    proposing = false;
    long took = lane.now() - begun;
    if (reply instanceof Reply.Done) {
      done.run();
    }
    owedMs = took >= STALL_MS ? Math.max(owedMs, took) : owedMs;
    if (reply instanceof Reply.Done) {
      look();
    } else {
      lane.after(AGAIN_MS, this::look);
    }
  }

  /** The level that all members can follow and that is not reached; 0 when there is none. */
  private int levelToRaise() {
    int common = commonLevel.getAsInt();
    return common > level() ? common : 0;
  }

  private int level() {
    try {
      return replica.featureLevel();
    } catch (RefusedException _) {
      return Integer.MAX_VALUE;
    }
  }

  private long due() {
    try {
      return replica.nextTimerDue();
    } catch (RefusedException _) {
      return Long.MAX_VALUE;
    }
  }
}
