package dev.flashq.transport.connection;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.Burst;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.wire.Plan;
import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection on their way to the gateway and back: they complete on any thread
 * and are settled together on the event loop.
 */
public final class Exchanges implements Runnable {
  private static final Refused NO_KEY =
      new Refused(
          ErrorCode.SERVICE_UNAVAILABLE,
          "Service unavailable: the cluster has no key for tokens yet, retry later");

  private final Runnable wake = this::wake;
  private final Connection connection;
  private final TransportContext context;
  private final Protocol protocol;
  private final Channel channel;
  private final Answers answers;

  /**
   * Completed exchanges, latest first; whoever adds the first one schedules the event-loop task.
   */
  private final AtomicReference<@Nullable Exchange> completed = new AtomicReference<>();

  private final Set<Exchange> waiting = new HashSet<>();
  private int underWay;
  private long expected;
  private long requestBytes;

  Exchanges(Connection connection, Protocol protocol, Channel channel, Answers answers) {
    this.connection = connection;
    this.context = connection.context();
    this.protocol = protocol;
    this.channel = channel;
    this.answers = answers;
  }

  /**
   * A request has arrived, and will be answered.
   *
   * @param bytes bytes that it takes from the budget of commands
   * @param admitted whether they have been taken, see {@link Admission#admit}
   */
  public Exchange begin(byte @Nullable [] reqId, Principal principal, int bytes, boolean admitted) {
    Exchange exchange = new Exchange(this, reqId, principal, bytes, admitted);
    underWay++;
    requestBytes += bytes;
    answers.expect(exchange);
    return exchange;
  }

  /** Does what the plan says; the exchange is completed with what comes of it. */
  public void start(Exchange exchange, Plan plan) {
    exchange.shape = plan.shape();
    exchange.delivers = plan.delivers();
    exchange.named = plan.named();
    switch (plan) {
      case Plan.Known known -> exchange.complete(known.outcome());
      case Plan.Authenticate(String token) ->
          connection.identity().authenticate(token, protocol.authenticatesOnce(), exchange);
      case Plan.Issue issue -> issue(exchange, issue);
      case Plan.Locate _ -> exchange.complete(context.hints.hint());
      case Plan.Submit _, Plan.Ask<?> _, Plan.Run<?> _ -> toGateway(exchange, plan);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The exchange is told.
  private void toGateway(Exchange exchange, Plan plan) {
    boolean waits = plan.waits();
    Refused refusal = waits ? beginWait(exchange) : connection.identity().takeBytes(exchange);
    if (refusal != null) {
      exchange.complete(refusal);
      return;
    }
    if (!waits && plan instanceof Plan.Submit(Command.PullJobs pull, _, _)) {
      exchange.expected = Outcomes.expected(pull.count());
      expected += exchange.expected;
    }
    CompletableFuture<?> future = started(exchange, plan);
    if (waits && !future.isDone()) {
      exchange.future = future;
      waiting.add(exchange);
    }
    future.whenComplete(exchange);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The exchange is told.
  private void issue(Exchange exchange, Plan.Issue issue) {
    Optional<TokenCheck.Minted> minted = context.tokens.mint();
    if (minted.isEmpty()) {
      exchange.complete(NO_KEY);
      return;
    }
    TokenCheck.Minted token = minted.get();
    context
        .gateway
        .submit(exchange.principal, null, issue.command().apply(token.hash()))
        .thenApply(reply -> issue.outcome(reply, token.text()))
        .whenComplete(exchange);
  }

  private CompletableFuture<?> started(Exchange exchange, Plan plan) {
    try {
      return plan.start(context.gateway, exchange.principal);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * The exchange may take long: it goes over to the budget of waits; otherwise why it cannot wait.
   */
  private @Nullable Refused beginWait(Exchange exchange) {
    Refused refusal = connection.identity().takeWait(exchange);
    if (refusal != null) {
      return refusal;
    }
    if (waiting.size() >= context.limits.get(Limit.WAITS_PER_CONNECTION)
        || !context.waits.tryTake(0)) {
      leave(exchange, 1);
      return protocol.busy();
    }
    giveBack(exchange);
    requestBytes -= exchange.requestBytes;
    exchange.requestBytes = 0;
    exchange.waits = true;
    return null;
  }

  /** Counts the exchange no more among what its client uses. */
  private static void leave(Exchange exchange, long waits) {
    Uses.Use use = exchange.use;
    if (use != null) {
      use.waits.addAndGet(-waits);
      use.bytes.addAndGet(-exchange.usedBytes);
      exchange.use = null;
    }
  }

  private void giveBack(Exchange exchange) {
    if (exchange.waits) {
      exchange.waits = false;
      context.waits.giveBack(0);
      leave(exchange, 1);
    } else if (exchange.usedBytes > 0) {
      leave(exchange, 0);
    }
    if (exchange.admitted) {
      exchange.admitted = false;
      context.commands(exchange.requestBytes).giveBack(exchange.requestBytes);
    }
  }

  /** Called by any thread. */
  void completed(Exchange exchange) {
    Exchange head;
    do {
      head = completed.get();
      exchange.next = head;
    } while (!completed.compareAndSet(head, exchange));
    if (head == null) {
      Burst.atEnd(wake);
    }
  }

  private void wake() {
    try {
      channel.eventLoop().execute(this);
    } catch (RejectedExecutionException e) {
      // The server has stopped: nobody will look at the queue again.
      Exchange exchange = completed.getAndSet(null);
      while (exchange != null) {
        giveBack(exchange);
        context.releaseDelivery(exchange);
        exchange = exchange.next;
      }
    }
  }

  /** Settles and writes everything that has completed; on the event loop. */
  @Override
  public void run() {
    Exchange exchange = inOrderOfCompletion();
    while (exchange != null) {
      Exchange next = exchange.next;
      exchange.next = null;
      settle(exchange);
      answers.writeIfMany();
      exchange = next;
    }
    answers.write();
    connection.resume();
  }

  private @Nullable Exchange inOrderOfCompletion() {
    Exchange latest = completed.getAndSet(null);
    Exchange earliest = null;
    while (latest != null) {
      Exchange next = latest.next;
      latest.next = earliest;
      earliest = latest;
      latest = next;
    }
    return earliest;
  }

  private void settle(Exchange exchange) {
    if (exchange.waits) {
      waiting.remove(exchange);
      exchange.future = null;
    }
    giveBack(exchange);
    underWay--;
    expected -= exchange.expected;
    requestBytes -= exchange.requestBytes;
    answers.add(exchange);
  }

  /** Lets waiting pulls answer empty. */
  void endWaits() {
    List.copyOf(waiting).forEach(Exchange::endWait);
  }

  /** The same for pulls of those who may go on no more. */
  void endWaitsOfRevoked() {
    for (Exchange exchange : List.copyOf(waiting)) {
      if (!context.tokens.stands(exchange.principal)) {
        exchange.endWait();
      }
    }
  }

  /** Whether something is still to come from the gateway. */
  boolean underWay() {
    return underWay > 0;
  }

  /** Whether another request may be begun. */
  boolean room() {
    return requestBytes < context.limits.get(Limit.REQUEST_BYTES_PER_CONNECTION)
        && answers.room(waiting.size(), expected);
  }
}
