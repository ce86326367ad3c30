package dev.flashq.cluster.data;

import dev.flashq.cluster.propose.StepDuty;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.seal.Sealing;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Query.ErasurePage;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries on the erasure whose turn it is. */
public final class ErasureDuty extends StepDuty {
  private static final Logger LOG = LoggerFactory.getLogger(ErasureDuty.class);

  private final Supplier<ErasurePage> next;
  private final Sealing sealing;

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
    super(FeatureLevel.PRIVACY, leads, featureLevel, propose, lane, reading);
    this.next = next;
    this.sealing = sealing;
  }

  @Override
  protected @Nullable Command step() {
    ErasurePage page = next.get();
    Erasure erasure = page.erasure();
    if (erasure == null) {
      return null;
    }
    boolean skip = isStuck(erasure.number(), erasure.next());
    try {
      return Erasing.step(page, skip, sealing);
    } catch (InvalidValueException e) {
      // It was right by the rules of another version.
      LOG.error("Erasure {} cannot be carried out and ends", erasure.number(), e);
      return new Command.CancelErasure(erasure.number());
    }
  }
}
