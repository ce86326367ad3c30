package dev.flashq.transport.connection;

import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.channel.Channel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Who the client of one connection is, and how many wrong tokens it has tried. */
public final class Identity {
  private static final Refused WRONG_TOKEN = new Refused(INVALID_TOKEN, "Invalid token");
  private static final String BEARER = "Bearer ";

  private final TransportContext context;
  private final Channel channel;
  private @Nullable Principal principal;
  private int wrongTokens;

  Identity(TransportContext context, Channel channel) {
    this.context = context;
    this.channel = channel;
    this.principal = context.tokens.open() ? Principal.ANONYMOUS : null;
  }

  /** Whether the client has said who it is, or need not do so. */
  public boolean authenticated() {
    return principal != null;
  }

  public Principal principal() {
    return principal == null ? Principal.ANONYMOUS : principal;
  }

  /** Whether the client has tried so many wrong tokens that it has to go. */
  public boolean guessing() {
    return wrongTokens >= Limits.WRONG_TOKENS;
  }

  /** The client names the token of the connection. */
  void authenticate(String token, Exchange exchange) {
    if (context.tokens.open()) {
      exchange.complete(Reply.Done.DONE);
      return;
    }
    Optional<Principal> known = check(token);
    if (known.isEmpty()) {
      refuse(exchange, WRONG_TOKEN);
    } else {
      principal = known.get();
      exchange.complete(Reply.Done.DONE);
    }
  }

  /** Answers a wrong token after a while, so that trying many takes long. */
  @SuppressWarnings("FutureReturnValueIgnored") // An exchange of a closed channel leaves by itself.
  public void refuse(Exchange exchange, Refused refusal) {
    channel
        .eventLoop()
        .schedule(
            () -> exchange.complete(refusal),
            context.limits.get(Limit.WRONG_TOKEN_MS),
            TimeUnit.MILLISECONDS);
  }

  /** Who sends an {@code Authorization} header; empty when nobody known does. */
  public Optional<Principal> bearer(String authorization) {
    if (context.tokens.open()) {
      return Optional.of(Principal.ANONYMOUS);
    }
    if (!namesToken(authorization)) {
      missing();
      return Optional.empty();
    }
    return check(authorization.substring(BEARER.length()));
  }

  /** Whether an {@code Authorization} header names a token, right or wrong. */
  public static boolean namesToken(String authorization) {
    return authorization.startsWith(BEARER);
  }

  /** A request came that needs a token and has none. */
  public void missing() {
    context.stats.authenticationFailures.increment();
  }

  private Optional<Principal> check(String token) {
    Optional<Principal> known =
        token.length() <= Limits.TOKEN_BYTES ? context.tokens.check(token) : Optional.empty();
    if (known.isEmpty()) {
      wrongTokens++;
      context.wrongTokens.add(channel.remoteAddress());
      context.stats.authenticationFailures.increment();
    }
    return known;
  }
}
