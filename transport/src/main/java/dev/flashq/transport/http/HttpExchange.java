package dev.flashq.transport.http;

import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.transport.Budget;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Shape;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One request from its arrival to its answer; the callback of its future. */
final class HttpExchange implements BiConsumer<Object, @Nullable Throwable> {
  private final HttpConnection connection;
  private final HttpContext context;
  private final Principal principal;
  private final Plan plan;
  private final Budget budget;
  private final long bytes;
  final byte[] reqId;
  private @Nullable CompletableFuture<?> future;

  HttpExchange(
      HttpConnection connection,
      HttpContext context,
      Principal principal,
      Plan plan,
      byte[] reqId,
      Budget budget,
      long bytes) {
    this.connection = connection;
    this.context = context;
    this.principal = principal;
    this.plan = plan;
    this.reqId = reqId;
    this.budget = budget;
    this.bytes = bytes;
  }

  Shape<?> shape() {
    return plan.shape();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // This object is told.
  void start() {
    CompletableFuture<?> started;
    try {
      started = plan.start(context.gateway(), principal);
    } catch (RuntimeException e) {
      started = CompletableFuture.failedFuture(e);
    }
    future = started;
    started.whenComplete(this);
  }

  /** Ends the waiting if the request may wait: whatever else is under way is carried out. */
  void endWait() {
    if (plan.waits() && future != null) {
      future.cancel(true);
    }
  }

  /** Called by any thread. */
  @Override
  public void accept(Object value, @Nullable Throwable failure) {
    budget.giveBack(bytes);
    Object outcome = Outcomes.of(value, failure, plan.delivers());
    try {
      connection.completeLater(this, outcome);
    } catch (RejectedExecutionException e) {
      notDelivered(outcome);
    }
  }

  /**
   * The part of the outcome that fits into an answer; jobs that cannot be handed out are given
   * back.
   */
  Object fitting(Object outcome, boolean open) {
    if (outcome instanceof Delivered(List<JobView> jobs)) {
      int count = open ? Outcomes.fitting(jobs) : 0;
      context.release(jobs.subList(count, jobs.size()), principal);
      return new Delivered(jobs.subList(0, count));
    }
    return outcome;
  }

  /** The client will not see the outcome. */
  void notDelivered(Object outcome) {
    if (outcome instanceof Delivered(List<JobView> jobs)) {
      context.release(jobs, principal);
    }
  }
}
