package dev.flashq.cluster.data;

import static java.util.Objects.requireNonNull;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.seal.Sealing;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.ErasurePage;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While this node leads: carries on the erasure whose turn it is, one step after the other. How far
 * it is stands in the state, so that another leader goes on there.
 */
public final class ErasureDuty {
  private static final Logger LOG = LoggerFactory.getLogger(ErasureDuty.class);

  private final Supplier<ErasurePage> next;
  private final Sealing sealing;
  private final BooleanSupplier leads;
  private final IntSupplier featureLevel;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Scheduler lane;
  private final Scheduler reading;
  private boolean busy;

  /** How often a step from one place on had no effect; of the lane alone, as those above. */
  private int attempts;

  private long number;
  private long from;

  /**
   * @param next what is to be looked at; may fail with {@link RefusedException}
   * @param reading may read from disk, and compute for a while
   */
  public ErasureDuty(
      Supplier<ErasurePage> next,
      Sealing sealing,
      BooleanSupplier leads,
      IntSupplier featureLevel,
      Function<Submission, CompletableFuture<Reply>> propose,
      Scheduler lane,
      Scheduler reading) {
    this.next = next;
    this.sealing = sealing;
    this.leads = leads;
    this.featureLevel = featureLevel;
    this.propose = propose;
    this.lane = lane;
    this.reading = reading;
  }

  /** On the lane, about once a second. */
  public void look() {
    if (!busy && leads.getAsBoolean() && featureLevel.getAsInt() >= FeatureLevel.PRIVACY) {
      busy = true;
      reading.execute(this::read);
    }
  }

  private void read() {
    try {
      ErasurePage page = next.get();
      lane.execute(() -> found(page));
    } catch (RefusedException e) {
      lane.execute(() -> busy = false);
    } catch (RuntimeException e) {
      LOG.error("What an erasure looks at cannot be read", e);
      lane.execute(() -> busy = false);
    }
  }

  private void found(ErasurePage page) {
    Erasure erasure = page.erasure();
    if (erasure == null || !leads.getAsBoolean()) {
      busy = false;
      return;
    }
    boolean again = erasure.number() == number && erasure.next() == from;
    attempts = again ? attempts + 1 : 0;
    number = erasure.number();
    from = erasure.next();
    boolean skip = attempts >= Limits.ERASURE_ATTEMPTS;
    reading.execute(() -> make(page, skip));
  }

  private void make(ErasurePage page, boolean skip) {
    try {
      Command.EraseJobs step = Erasing.step(page, skip, sealing);
      lane.execute(() -> say(step));
    } catch (RefusedException _) {
      // Something is sealed, and this node has no key for it.
      lane.execute(() -> busy = false);
    } catch (InvalidValueException e) {
      // It was right by the rules of another version.
      long wrong = requireNonNull(page.erasure()).number();
      LOG.error("Erasure {} cannot be carried out and ends", wrong, e);
      lane.execute(() -> say(new Command.CancelErasure(wrong)));
    } catch (RuntimeException e) {
      LOG.error("A step of an erasure cannot be made", e);
      lane.execute(() -> busy = false);
    }
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
    if (reply instanceof Reply.Removed) {
      look();
    }
  }
}
