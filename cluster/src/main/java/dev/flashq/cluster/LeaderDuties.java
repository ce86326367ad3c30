package dev.flashq.cluster;

import dev.flashq.cluster.config.NodeClock;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * While this node leads: proposes a tick when a timer is due, one at a time. When nothing is due,
 * nothing is written.
 */
final class LeaderDuties {
  private final Replica replica;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final NodeClock clock;
  private final AtomicBoolean ticking = new AtomicBoolean();
  private volatile boolean leading;

  LeaderDuties(
      Replica replica, Function<Submission, CompletableFuture<Reply>> propose, NodeClock clock) {
    this.replica = replica;
    this.propose = propose;
    this.clock = clock;
  }

  void lead(boolean leads) {
    leading = leads;
  }

  boolean leads() {
    return leading;
  }

  /** Called every few milliseconds. */
  void look() {
    if (!leading || !isDue() || !ticking.compareAndSet(false, true)) {
      return;
    }
    var digest = replica.digest();
    var tick = new Command.Tick(digest.index(), digest.value());
    var _ =
        propose
            .apply(new Submission(Principal.SYSTEM, null, tick))
            .whenComplete(
                (reply, _) -> {
                  ticking.set(false);
                  // More than one tick may fire is due: the next one goes at once.
                  if (!(reply instanceof Reply.Refused)) {
                    look();
                  }
                });
  }

  private boolean isDue() {
    try {
      return replica.nextTimerDue() <= clock.now();
    } catch (RefusedException _) {
      return false;
    }
  }
}
