package dev.flashq.cluster.seal;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While this node leads: seals anew what was sealed under other keys than those of now, one step
 * after the other. How far it is stands in the state, so that another leader goes on there.
 */
public final class ResealDuty {
  private static final Logger LOG = LoggerFactory.getLogger(ResealDuty.class);

  private final Supplier<Reseal.Page> next;
  private final ToLongFunction<QueueName> keys;
  private final Sealing sealing;
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

  private long version;
  private long from;

  /**
   * @param next what is to be looked at; may fail with {@link RefusedException}
   * @param keys number of the key under which is sealed in a queue; 0: in the clear
   * @param reading may read from disk, and compute for a while
   */
  public ResealDuty(
      Supplier<Reseal.Page> next,
      ToLongFunction<QueueName> keys,
      Sealing sealing,
      BooleanSupplier leads,
      IntSupplier featureLevel,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane,
      Scheduler reading) {
    this.next = next;
    this.keys = keys;
    this.sealing = sealing;
    this.leads = leads;
    this.featureLevel = featureLevel;
    this.propose = propose;
    this.lane = lane;
    this.reading = reading;
  }

  /** On the lane, about once a second. */
  public void look() {
    if (!busy && leads.getAsBoolean() && featureLevel.getAsInt() >= FeatureLevel.SEALING) {
      busy = true;
      reading.execute(this::make);
    }
  }

  private void make() {
    try {
      Reseal.Page page = next.get();
      if (page.reseal().isRunning()) {
        Command.ResealJobs step = Resealing.step(page, keys, isStuck(page.reseal()), sealing);
        lane.execute(() -> say(step));
        return;
      }
    } catch (RefusedException _) {
      // No state yet, or no key on this node: nothing can be done here.
    } catch (RuntimeException e) {
      LOG.error("A step of sealing anew cannot be made", e);
    }
    lane.execute(() -> busy = false);
  }

  /** Whether what changes meanwhile is given up. */
  private boolean isStuck(Reseal reseal) {
    boolean again = reseal.version() == version && reseal.next() == from;
    attempts = again ? attempts + 1 : 0;
    version = reseal.version();
    from = reseal.next();
    return attempts >= Limits.ERASURE_ATTEMPTS;
  }

  private void say(Command step) {
    var _ =
        propose
            .apply(new Submission(Principal.SYSTEM, null, step))
            .whenComplete((reply, _) -> lane.execute(() -> said(reply)));
  }

  /** Goes on at once as long as steps are carried out; otherwise somebody looks again soon. */
  private void said(Reply reply) {
    busy = false;
    if (reply instanceof Reply.Removed removed && removed.more()) {
      look();
    }
  }
}
