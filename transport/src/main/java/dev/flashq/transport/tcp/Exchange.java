package dev.flashq.transport.tcp;

import dev.flashq.statemachine.Reply;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Shape;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One request from its arrival to its answer. It is itself the callback of its future: one object
 * per request.
 */
final class Exchange implements BiConsumer<Object, @Nullable Throwable> {
  private final Answers answers;
  final byte @Nullable [] reqId;

  /** Bytes that were taken from the budget for it. */
  final int requestBytes;

  Shape<?> shape = Plan.DONE;
  boolean delivers;
  boolean waits;

  /** Set while it waits, so that the waiting can be ended. */
  @Nullable Future<?> future;

  /** Set before it goes to the answers. */
  Object outcome = Reply.Done.DONE;

  /** Bytes that the outcome keeps in memory while it is not written. */
  long weight;

  boolean settled;
  @Nullable Exchange next;

  Exchange(Answers answers, byte @Nullable [] reqId, int requestBytes) {
    this.answers = answers;
    this.reqId = reqId;
    this.requestBytes = requestBytes;
  }

  /** Called by any thread. */
  @Override
  public void accept(Object value, @Nullable Throwable failure) {
    complete(Outcomes.of(value, failure, delivers));
  }

  /** Called by any thread. */
  void complete(Object result) {
    outcome = result;
    answers.completed(this);
  }

  void endWait() {
    Future<?> waiting = future;
    if (waiting != null) {
      waiting.cancel(true);
    }
  }
}
