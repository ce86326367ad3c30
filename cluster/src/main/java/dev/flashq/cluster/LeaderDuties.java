package dev.flashq.cluster;

import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.schedule.Scheduler.Alarm;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * While this node leads: proposes a tick when a timer is due, one at a time. When nothing is due,
 * nothing is written, and nothing runs.
 */
final class LeaderDuties {
  /** Milliseconds between looks at the clock while a timer is far: the clock may be set. */
  private static final long LOOK_MS = 1_000;

  /** Milliseconds until a tick that was refused is proposed again. */
  private static final long AGAIN_MS = 20;

  private final Replica replica;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private final LongSupplier unixMs;
  private volatile boolean leading;

  /** The timer for which the alarm is set, Unix ms. */
  private volatile long awaited = Long.MAX_VALUE;

  /** Of the lane alone, like the alarm. */
  private boolean ticking;

  private @Nullable Alarm alarm;

  LeaderDuties(
      Replica replica,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane,
      LongSupplier unixMs) {
    this.replica = replica;
    this.propose = propose;
    this.lane = lane;
    this.unixMs = unixMs;
  }

  void lead(boolean leads) {
    leading = leads;
    if (leads) {
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
    if (!leading || ticking) {
      return;
    }
    long due = due();
    long left = due - unixMs.getAsLong();
    if (left <= 0) {
      tick();
    } else if (due != Long.MAX_VALUE) {
      awaited = due;
      alarm = lane.after(Math.min(left, LOOK_MS), this::look);
    }
  }

  private void tick() {
    ticking = true;
    var digest = replica.digest();
    var tick = new Command.Tick(digest.index(), digest.value());
    var _ =
        propose
            .apply(new Submission(Principal.SYSTEM, null, tick))
            .whenComplete((reply, _) -> lane.execute(() -> ticked(reply)));
  }

  /** More than one tick may fire may be due: then the next one goes at once. */
  private void ticked(@Nullable Reply reply) {
    ticking = false;
    if (reply instanceof Reply.Done) {
      look();
    } else {
      lane.after(AGAIN_MS, this::look);
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
