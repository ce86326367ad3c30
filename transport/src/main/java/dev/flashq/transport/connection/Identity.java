package dev.flashq.transport.connection;

import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.TokenCheck.Login;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who the client of one connection is, and how many wrong tokens it has tried. */
public final class Identity {
  private static final Refused WRONG_TOKEN = new Refused(INVALID_TOKEN, "Invalid token");
  private static final Refused NOBODY_LEADS =
      new Refused(
          SERVICE_UNAVAILABLE,
          "Service unavailable: this node does not know the tokens of the cluster at present, retry later");
  private static final Refused KNOWN_NOW =
      new Refused(
          SERVICE_UNAVAILABLE,
          "Service unavailable: this node has learned of the token just now, retry");
  private static final String BEARER = "Bearer ";

  private final TransportContext context;
  private final Channel channel;
  private final Origin origin;
  private @Nullable Principal principal;
  private int wrongTokens;

  Identity(TransportContext context, Channel channel, Origin origin) {
    this.context = context;
    this.channel = channel;
    this.origin = origin;
  }

  /** Whether the client has said who it is, or need not do so. */
  public boolean authenticated() {
    return known() != null || context.tokens.open();
  }

  public Principal principal() {
    Principal known = known();
    return (known == null ? Principal.ANONYMOUS : known).at(origin.text());
  }

  /** By its token, or else by its certificate; null when nobody known has shown either. */
  private @Nullable Principal known() {
    return principal != null
        ? principal
        : origin
            .subject()
            .map(context.tokens::checkCertificate)
            .map(login -> login instanceof Login.Known(Principal holder) ? holder : null)
            .orElse(null);
  }

  /** Whether the client has tried so many wrong tokens that it has to go. */
  public boolean guessing() {
    return wrongTokens >= Limits.WRONG_TOKENS;
  }

  /** Whether the client has said who it is and is that no more: it has to go. */
  boolean revoked() {
    return principal != null && !context.tokens.stands(principal);
  }

  /**
   * The client names a token.
   *
   * @param forAll whether it is that of the connection; otherwise each request has its own, because
   *     a proxy may send those of others behind it
   */
  void authenticate(String token, boolean forAll, Exchange exchange) {
    if (context.tokens.open()) {
      exchange.complete(Reply.Done.DONE);
      return;
    }
    switch (check(token)) {
      case Login.Known(Principal known) -> {
        principal = forAll ? known : principal;
        exchange.complete(Reply.Done.DONE);
      }
      case Login.Unavailable _ -> exchange.complete(NOBODY_LEADS);
      case Login.Unknown _ -> refuse(exchange, WRONG_TOKEN, token);
    }
  }

  /**
   * Answers a wrong token after a while, so that trying many takes long. Before that it is asked
   * for once more, when this node has caught up with the others: one of them may have made it.
   */
  private void refuse(Exchange exchange, Refused refusal, String token) {
    wrongTokens++;
    var _ =
        context
            .tokens
            .caughtUp()
            .whenComplete((_, failure) -> later(() -> refused(exchange, refusal, token, failure)));
  }

  private void refused(
      Exchange exchange, Refused refusal, String token, @Nullable Throwable failure) {
    if (failure != null) {
      exchange.complete(NOBODY_LEADS);
    } else if (check(token) instanceof Login.Known) {
      wrongTokens--;
      exchange.complete(KNOWN_NOW);
    } else {
      wrong(exchange, refusal);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // An exchange of a closed channel leaves by itself.
  private void wrong(Exchange exchange, Refused refusal) {
    context.wrongTokens.add(origin.client());
    context.stats.authenticationFailures.increment();
    long waitMs =
        context.loginFailures.add(origin.client(), context.limits.get(Limit.WRONG_TOKEN_MS));
    channel.eventLoop().schedule(() -> exchange.complete(refusal), waitMs, TimeUnit.MILLISECONDS);
  }

  private void later(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException _) {
      // The server has stopped.
    }
  }

  /** What comes of an {@code Authorization} header. */
  public Login bearer(String authorization) {
    if (context.tokens.open() || (!namesToken(authorization) && authenticated())) {
      return new Login.Known(principal());
    }
    if (!namesToken(authorization)) {
      missing();
      return Login.UNKNOWN;
    }
    Login login = check(authorization.substring(BEARER.length()));
    return login instanceof Login.Known(Principal known)
        ? new Login.Known(known.at(origin.text()))
        : login;
  }

  /** Answers a request whose {@code Authorization} header is nobody's. */
  public void refuseBearer(Exchange exchange, Login login, String authorization, Refused refusal) {
    if (login instanceof Login.Unavailable) {
      exchange.complete(NOBODY_LEADS);
    } else if (namesToken(authorization)) {
      refuse(exchange, refusal, authorization.substring(BEARER.length()));
    } else {
      exchange.complete(refusal);
    }
  }

  /** Whether an {@code Authorization} header names a token, right or wrong. */
  private static boolean namesToken(String authorization) {
    return authorization.startsWith(BEARER);
  }

  /** A request came that needs a token and has none. */
  public void missing() {
    context.stats.authenticationFailures.increment();
  }

  private Login check(String token) {
    return token.length() <= Limits.TOKEN_BYTES ? context.tokens.check(token) : Login.UNKNOWN;
  }
}
