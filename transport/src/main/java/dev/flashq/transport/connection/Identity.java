package dev.flashq.transport.connection;

import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.transport.TokenCheck.Login;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.channel.Channel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who the client of one connection is, and how many wrong tokens it has tried. */
public final class Identity {
  private static final Refused WRONG_TOKEN = new Refused(INVALID_TOKEN, "Invalid token");
  private static final Refused NOBODY_LEADS =
      new Refused(
          SERVICE_UNAVAILABLE,
          "Service unavailable: this node does not know the tokens of the cluster at present, retry later");
  private static final String BEARER = "Bearer ";

  private final TransportContext context;
  private final Channel channel;
  private final Origin origin;
  private @Nullable Principal principal;
  private final Runnable asked;
  private int wrongTokens;
  private boolean asking;

  /** Set as long as the connection is counted as one of a client that has said who it is. */
  private Uses.@Nullable Use use;

  /** Whose limits hold for the connection. */
  private @Nullable Principal user;

  private UseLimits useLimits = UseLimits.NONE;

  /**
   * @param asked called when it has been told who the client is, and others may be asked for
   */
  Identity(TransportContext context, Channel channel, Origin origin, Runnable asked) {
    this.context = context;
    this.channel = channel;
    this.origin = origin;
    this.asked = asked;
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
    if (principal != null) {
      return principal;
    }
    return certified() instanceof Login.Known(Principal holder) ? holder : null;
  }

  /** Whose certificate the client has shown. */
  private Login certified() {
    return origin.subject().map(context.tokens::checkCertificate).orElse(Login.UNKNOWN);
  }

  /**
   * Why the client may make no request that needs to be known; null when it may.
   *
   * @param refusal of one that has not said who it is
   */
  public @Nullable Refused refusal(Refused refusal) {
    Principal known = known();
    if (known == null) {
      return context.tokens.open() ? null : stranger(refusal);
    }
    return enter(known);
  }

  /** Counts the connection as one of the client; otherwise why it cannot be used by it. */
  public @Nullable Refused enter(Principal known) {
    Principal before = user;
    if (known.credential() == 0 || (before != null && known.credential() == before.credential())) {
      return null;
    }
    UseLimits limits = context.tokens.limits(known);
    if (use == null || !use.name.equals(known.name())) {
      Uses.Use next = context.uses.connect(known.name(), limits.connections());
      if (next == null) {
        return tooMany(known.name(), "connections", limits.connections());
      }
      leave();
      use = next;
    }
    user = known;
    useLimits = limits;
    return null;
  }

  private static Refused tooMany(String name, String things, long limit) {
    return new Refused(
        LIMIT_EXCEEDED, "Token " + name + " may use at most " + limit + " " + things + " at once");
  }

  /** It has changed who may do what. */
  void recheck() {
    if (user != null) {
      useLimits = context.tokens.limits(user);
    }
  }

  /** The connection has ended. */
  void leave() {
    if (use != null) {
      context.uses.disconnect(use);
      use = null;
      user = null;
    }
  }

  /** Counts the bytes of a request; otherwise why they are too many. */
  @Nullable Refused takeBytes(Exchange exchange) {
    Uses.Use its = use;
    if (its == null || useLimits.bytes() == UseLimits.UNLIMITED) {
      return null;
    }
    if (!Uses.take(its.bytes, exchange.requestBytes, useLimits.bytes())) {
      return tooMany(its.name, "bytes of requests", useLimits.bytes());
    }
    exchange.use = its;
    exchange.usedBytes = exchange.requestBytes;
    return null;
  }

  /** Counts a request that waits; otherwise why there are too many. */
  @Nullable Refused takeWait(Exchange exchange) {
    Uses.Use its = use;
    if (its == null) {
      return null;
    }
    if (!Uses.take(its.waits, 1, useLimits.waits())) {
      return tooMany(its.name, "waiting requests", useLimits.waits());
    }
    exchange.use = its;
    return null;
  }

  /** What is said to a client that has not said who it is, where that is needed. */
  private Refused stranger(Refused refusal) {
    context.stats.authenticationFailures.increment();
    return certified() instanceof Login.Unavailable ? NOBODY_LEADS : refusal;
  }

  /** Whether it is being found out who the client is: nothing else is begun meanwhile. */
  boolean asking() {
    return asking;
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
    ask(
        () -> check(token),
        login -> {
          switch (login) {
            case Login.Known(Principal known) -> {
              Refused refusal = forAll ? enter(known) : null;
              principal = forAll && refusal == null ? known : principal;
              exchange.complete(refusal == null ? Reply.Done.DONE : refusal);
            }
            case Login.Unavailable _ -> exchange.complete(NOBODY_LEADS);
            case Login.Unknown _ -> wrong(exchange, WRONG_TOKEN);
          }
        });
  }

  /**
   * Finds out who the client is: at once, or when this node has caught up with the others, of which
   * one may have made the token just now, or hears of a leader again.
   */
  private void ask(Supplier<Login> login, Consumer<Login> told) {
    Login first = login.get();
    if (first instanceof Login.Known) {
      told.accept(first);
      return;
    }
    asking = true;
    var _ =
        context
            .tokens
            .caughtUp()
            .whenComplete(
                (_, failure) ->
                    later(
                        () -> {
                          asking = false;
                          told.accept(failure == null ? login.get() : Login.UNAVAILABLE);
                          asked.run();
                        }));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // An exchange of a closed channel leaves by itself.
  private void wrong(Exchange exchange, Refused refusal) {
    wrongTokens++;
    context.wrongTokens.add(origin.client());
    context.tokens.refused(origin.text());
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

  /** Tells what comes of an {@code Authorization} header, now or later. */
  public void bearer(String authorization, Consumer<Login> told) {
    if (context.tokens.open() || (!namesToken(authorization) && authenticated())) {
      told.accept(new Login.Known(principal()));
    } else if (namesToken(authorization)) {
      String token = authorization.substring(BEARER.length());
      ask(() -> here(check(token)), told);
    } else if (certified() instanceof Login.Unavailable) {
      ask(() -> here(certified()), told);
    } else {
      told.accept(Login.UNKNOWN);
    }
  }

  private Login here(Login login) {
    return login instanceof Login.Known(Principal known)
        ? new Login.Known(known.at(origin.text()))
        : login;
  }

  /** Refuses a request whose {@code Authorization} header is nobody's. */
  public void refuseBearer(Exchange exchange, Login login, String authorization, Refused refusal) {
    if (login instanceof Login.Unavailable) {
      exchange.complete(NOBODY_LEADS);
    } else if (namesToken(authorization)) {
      wrong(exchange, refusal);
    } else {
      exchange.complete(stranger(refusal));
    }
  }

  /** Whether an {@code Authorization} header names a token, right or wrong. */
  private static boolean namesToken(String authorization) {
    return authorization.startsWith(BEARER);
  }

  private Login check(String token) {
    return token.length() <= Limits.TOKEN_BYTES ? context.tokens.check(token) : Login.UNKNOWN;
  }
}
