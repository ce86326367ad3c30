package dev.flashq.cluster.seal;

import dev.flashq.cluster.propose.StepDuty;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
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
import org.jspecify.annotations.Nullable;

/** Seals anew what was sealed under other keys than those of now. */
public final class ResealDuty extends StepDuty {
  private final Supplier<Reseal.Page> next;
  private final ToLongFunction<QueueName> keys;
  private final Sealing sealing;

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
    super(FeatureLevel.SEALING, leads, featureLevel, propose, lane, reading);
    this.next = next;
    this.keys = keys;
    this.sealing = sealing;
  }

  @Override
  protected @Nullable Command step() {
    Reseal.Page page = next.get();
    Reseal reseal = page.reseal();
    return reseal.isRunning()
        ? Resealing.step(page, keys, isStuck(reseal.version(), reseal.next()), sealing)
        : null;
  }
}
