package dev.flashq.transport.tcp;

import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.wire.Cmd;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.Plan;
import dev.flashq.transport.wire.Request;
import dev.flashq.transport.wire.RequestReader;
import dev.flashq.transport.wire.Requests;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One connection's conversation: who the client is, and each of its requests on the way to the
 * gateway.
 */
final class Session {
  private static final Refused LOGIN = new Refused(UNAUTHENTICATED, "Authentication required");
  private static final Refused WRONG_TOKEN = new Refused(INVALID_TOKEN, "Invalid token");
  private static final Refused STOPPING =
      new Refused(SERVICE_UNAVAILABLE, "Service unavailable: this node is stopping, retry later");
  private static final Refused WAITS =
      new Refused(LIMIT_EXCEEDED, "Too many pulls are waiting, retry later");

  private final TcpContext context;
  private final Answers answers;
  private final RequestReader reader;
  private @Nullable Principal principal;
  private int wrongTokens;

  Session(TcpContext context, Answers answers, Encoding encoding) {
    this.context = context;
    this.answers = answers;
    this.reader = new RequestReader(encoding);
    this.principal = context.tokens.open() ? Principal.ANONYMOUS : null;
  }

  boolean authenticated() {
    return principal != null;
  }

  /** Whether the client has tried so many wrong tokens that it has to go. */
  boolean guessing() {
    return wrongTokens >= Limits.WRONG_TOKENS;
  }

  /** Starts the request in the bytes; {@code stopping}: only to refuse it. */
  void handle(byte[] bytes, int length, boolean stopping) {
    context.stats.requests.increment();
    Request request = reader.read(bytes, 0, length);
    Exchange exchange = answers.begin(request.reqId(), length);
    Plan plan = stopping ? Requests.refused(STOPPING) : plan(request);
    reader.forget();
    start(exchange, plan);
  }

  /** Answers something that was not read as a request. */
  void refuse(Refused refusal) {
    Exchange exchange = answers.begin(null, 0);
    exchange.complete(refusal);
  }

  private Plan plan(Request request) {
    Cmd cmd = request.cmd();
    boolean open = cmd == null || cmd == Cmd.AUTH || cmd == Cmd.PING;
    if (authenticated() || open) {
      return Requests.plan(request, request.reqId() == null);
    }
    context.stats.authenticationFailures.increment();
    return Requests.refused(LOGIN);
  }

  private void start(Exchange exchange, Plan plan) {
    exchange.shape = plan.shape();
    exchange.delivers = plan.delivers();
    switch (plan) {
      case Plan.Known known -> exchange.complete(known.outcome());
      case Plan.Authenticate(String token) -> exchange.complete(authenticate(token));
      case Plan.Locate _ -> exchange.complete(context.hints.hint());
      case Plan.Submit _, Plan.Ask<?> _, Plan.Run<?> _ -> toGateway(exchange, plan);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The exchange is told.
  private void toGateway(Exchange exchange, Plan plan) {
    boolean waits = plan.waits();
    if (waits && !answers.beginWait(exchange)) {
      exchange.complete(WAITS);
      return;
    }
    CompletableFuture<?> future = started(plan);
    if (waits && !future.isDone()) {
      answers.await(exchange, future);
    }
    future.whenComplete(exchange);
  }

  private CompletableFuture<?> started(Plan plan) {
    try {
      return plan.start(context.gateway, principal == null ? Principal.ANONYMOUS : principal);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Object authenticate(String token) {
    if (context.tokens.open()) {
      return Reply.Done.DONE;
    }
    Optional<Principal> known =
        token.length() <= Limits.TOKEN_BYTES ? context.tokens.check(token) : Optional.empty();
    if (known.isEmpty()) {
      wrongTokens++;
      context.stats.authenticationFailures.increment();
      return WRONG_TOKEN;
    }
    principal = known.get();
    answers.principal(known.get());
    return Reply.Done.DONE;
  }
}
