package dev.flashq.transport.connection;

import dev.flashq.statemachine.Principal;
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
public final class Exchange implements BiConsumer<Object, @Nullable Throwable> {
  private final Exchanges exchanges;
  final byte @Nullable [] reqId;
  final Principal principal;

  /** Bytes that the request keeps in memory; a waiting one keeps none. */
  int requestBytes;

  /** Whether its bytes were taken from the budget of commands. */
  boolean admitted;

  /** Whether it was taken from the budget of waits. */
  boolean waits;

  /** Of whose client its bytes or its waiting are counted; null: of nobody's. */
  Uses.@Nullable Use use;

  /** Bytes that are counted there. */
  long usedBytes;

  Shape<?> shape = Plan.DONE;
  boolean delivers;

  /** Whether it carries a request id, under which its client may ask again. */
  boolean named;

  /** Set while it waits, so that the waiting can be ended. */
  @Nullable Future<?> future;

  /** Set before it is completed. */
  Object outcome = Reply.Done.DONE;

  /** Bytes that the outcome keeps in memory while the client has not taken it. */
  long weight;

  /** Bytes that a large answer has at most, as far as that is known; 0: it is small. */
  long largeBytes;

  /** Bytes taken from the budget of large answers. */
  long reserved;

  /** Set while large data is read. */
  boolean loading;

  /** Bytes of jobs that may come without large data, as long as they have not come. */
  long expected;

  boolean settled;
  @Nullable Exchange next;

  Exchange(
      Exchanges exchanges,
      byte @Nullable [] reqId,
      Principal principal,
      int requestBytes,
      boolean admitted) {
    this.exchanges = exchanges;
    this.reqId = reqId;
    this.principal = principal;
    this.requestBytes = requestBytes;
    this.admitted = admitted;
  }

  /** The correlation id as it was encoded; null when there is none. */
  public byte @Nullable [] reqId() {
    return reqId;
  }

  public Shape<?> shape() {
    return shape;
  }

  public Object outcome() {
    return outcome;
  }

  /** Called by any thread. */
  @Override
  public void accept(Object value, @Nullable Throwable failure) {
    complete(Outcomes.of(value, failure, delivers));
  }

  /** Called by any thread. */
  public void complete(Object result) {
    outcome = result;
    exchanges.completed(this);
  }

  void endWait() {
    Future<?> waiting = future;
    if (waiting != null) {
      waiting.cancel(true);
    }
  }
}
