package dev.flashq.cluster.propose;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While this node leads: carries on a walk through the state, one step after the other. How far it
 * is stands in the state, so that another leader goes on there.
 */
public abstract class StepDuty {
  private final Logger log = LoggerFactory.getLogger(getClass());
  private final int level;
  private final BooleanSupplier leads;
  private final IntSupplier featureLevel;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private final Scheduler reading;
  private boolean busy;

  /**
   * How often a step from one place on had no effect; of the reading tasks, one after the other.
   */
  private int attempts;

  private long walk;
  private long from;

  /**
   * @param level the feature level from which on members know the steps
   * @param reading may read from disk, and compute for a while
   */
  protected StepDuty(
      int level,
      BooleanSupplier leads,
      IntSupplier featureLevel,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane,
      Scheduler reading) {
    this.level = level;
    this.leads = leads;
    this.featureLevel = featureLevel;
    this.propose = propose;
    this.lane = lane;
    this.reading = reading;
  }

  /**
   * The next step; null: there is nothing to be done. Fails with {@link RefusedException} when this
   * node has no state yet, or no key for what it would read.
   */
  protected abstract @Nullable Command step();

  /**
   * Whether what changes meanwhile is given up. Asked once for each step.
   *
   * @param its number of the walk
   * @param next where the step begins
   */
  protected final boolean isStuck(long its, long next) {
    attempts = its == walk && next == from ? attempts + 1 : 0;
    walk = its;
    from = next;
    return attempts >= Limits.ERASURE_ATTEMPTS;
  }

  /** On the lane, about once a second. */
  public final void look() {
    if (!busy && leads.getAsBoolean() && featureLevel.getAsInt() >= level) {
      busy = true;
      reading.execute(this::make);
    }
  }

  private void make() {
    @Nullable Command step = null;
    try {
      step = step();
    } catch (RefusedException _) {
      // Nothing can be done here.
    } catch (RuntimeException e) {
      log.error("The next step cannot be made", e);
    }
    Command next = step;
    lane.execute(() -> say(next));
  }

  private void say(@Nullable Command step) {
    if (step == null || !leads.getAsBoolean()) {
      busy = false;
      return;
    }
    var _ =
        propose
            .apply(new Submission(Principal.SYSTEM, null, step))
            .whenComplete((reply, _) -> lane.execute(() -> said(reply)));
  }

  /** Goes on at once as long as steps are carried out; otherwise somebody looks again soon. */
  private void said(@Nullable Reply reply) {
    busy = false;
    if (reply instanceof Reply.Removed) {
      look();
    }
  }
}
