package dev.flashq.client;

import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.wire.MessagePackWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds out which node leads, and opens connections. */
final class LeaderSearch {
  static final Call.Body WHO_LEADS = new Command("CLUSTER", "");

  private static final Duration PATIENCE = Duration.ofMillis(700);

  /**
   * How long a leader that was lost may still be named by members that have not noticed: until
   * then, another one is about to be elected.
   */
  private static final long ELECTION_NANOS = TimeUnit.SECONDS.toNanos(2);

  static final Set<ErrorCode> NO_ACCESS = Set.of(INVALID_TOKEN, UNAUTHENTICATED);

  private final List<String> addresses;
  private final Token token;
  private final Sockets sockets;
  private final BiConsumer<Call, Answer> answered;
  private final Consumer<List<Call>> left;
  private final SequenceWindow noIds = new SequenceWindow("none");
  private volatile String hint = "";
  private volatile @Nullable FlashQException refused;
  private volatile Loss loss = new Loss("", false, 0);

  /** A connection, and whether the leader is at its other end. */
  record Found(Connection connection, boolean leads) {}

  /** The last connection to a leader that ended, and whether the leader just said nothing more. */
  private record Loss(String address, boolean silent, long atNanos) {
    boolean isRecentAt(String leader) {
      return address.equals(leader) && System.nanoTime() - atNanos < ELECTION_NANOS;
    }
  }

  /** The two consumers are those of each {@link Connection}. */
  LeaderSearch(
      List<String> addresses,
      Token token,
      Sockets sockets,
      BiConsumer<Call, Answer> answered,
      Consumer<List<Call>> left) {
    this.addresses = List.copyOf(addresses);
    this.token = token;
    this.sockets = sockets;
    this.answered = answered;
    this.left = left;
  }

  /** Why this client has no access; null when it has, or when it is not known. */
  @Nullable FlashQException refusal() {
    return refused;
  }

  /** Whether a call is one of the search's own, which nobody sends again. */
  boolean isOwn(Call call) {
    return call.ids == noIds;
  }

  void lost(String leader, boolean silent) {
    loss = new Loss(leader, silent, System.nanoTime());
    if (silent) {
      hint = "";
    }
  }

  /** Where a leader was last seen does not help any more. */
  void forget() {
    hint = "";
  }

  void seen(String leader) {
    hint = leader;
  }

  /**
   * Tries the members until one knows the leader's address, and goes there; null when none can be
   * reached. Where the leader itself cannot, a member that knows one passes the requests on.
   */
  @Nullable Found find() {
    SequencedSet<String> candidates = new LinkedHashSet<>();
    if (!hint.isEmpty()) {
      candidates.add(hint);
    }
    candidates.addAll(addresses);
    addresses.stream().filter(this::isSilent).findFirst().ifPresent(candidates::addLast);
    Connection member = null;
    for (String address : candidates) {
      Connection connection = open(address);
      if (connection == null) {
        continue;
      }
      String leader = leaderKnownTo(connection);
      Connection direct = leader.equals(address) ? connection : openLeader(leader);
      if (direct != null) {
        hint = leader;
        closeOthers(direct, connection, member);
        return new Found(direct, true);
      }
      if (leader.isEmpty() || loss.isRecentAt(leader) || member != null) {
        connection.close();
      } else {
        member = connection;
      }
    }
    return member == null ? null : new Found(member, false);
  }

  /** Null when the node cannot be reached, or does not itself say that it leads. */
  @Nullable Connection openLeader(String leader) {
    Connection connection = leader.isEmpty() || isSilent(leader) ? null : open(leader);
    if (connection != null && !leaderKnownTo(connection).equals(leader)) {
      connection.close();
      return null;
    }
    return connection;
  }

  /** The leader that one of the members besides this one names; empty when none does. */
  String leaderKnownToOthers(String member) {
    for (String address : addresses) {
      if (!address.equals(member)) {
        try (Connection connection = open(address)) {
          String leader = connection == null ? "" : leaderKnownTo(connection);
          if (!leader.isEmpty() && !leader.equals(member)) {
            return leader;
          }
        }
      }
    }
    return "";
  }

  /** Whether a node answers on a connection of its own. */
  boolean isAlive(String address) {
    try (Connection connection = open(address)) {
      return connection != null && answerTo(WHO_LEADS, connection) != null;
    }
  }

  /** Whether a leader was left for its silence a moment ago; each try costs the patience. */
  private boolean isSilent(String address) {
    Loss last = loss;
    return last.silent && last.isRecentAt(address);
  }

  private static void closeOthers(Connection kept, @Nullable Connection... others) {
    for (Connection other : others) {
      if (other != null && other != kept) {
        other.close();
      }
    }
  }

  /** Empty when the node knows none or does not answer. */
  private String leaderKnownTo(Connection connection) {
    Answer answer = answerTo(WHO_LEADS, connection);
    if (answer == null) {
      return "";
    }
    noteRefusal(answer);
    return answer.leaderAddress;
  }

  private @Nullable Answer answerTo(Call.Body question, Connection connection) {
    try {
      return send(connection, question).future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException | TimeoutException e) {
      return null;
    }
  }

  /** Asks who leads. */
  Call ask(Connection connection) {
    return send(connection, WHO_LEADS);
  }

  private Call send(Connection connection, Call.Body body) {
    Call call = new Call(body, noIds, -1, false, System.nanoTime() + PATIENCE.toNanos());
    connection.send(call);
    return call;
  }

  /** Null when the node cannot be reached or gives no access. */
  private @Nullable Connection open(String address) {
    Token.Shown shown = token.get(PATIENCE);
    if (shown == null) {
      return null;
    }
    try {
      Connection connection =
          new Connection(sockets.open(socketAddress(address), PATIENCE), answered, left);
      connection.start();
      if (shown.number() == Token.NONE || authenticate(connection, shown)) {
        return connection;
      }
      connection.close();
      return null;
    } catch (IOException | IllegalArgumentException e) {
      // An address that is none can only come from a node.
      return null;
    }
  }

  /** Once more with another token when the source has one by now. */
  private boolean authenticate(Connection connection, Token.Shown first) {
    Token.Shown shown = first;
    Answer answer = answerTo(new Command("AUTH", shown.value()), connection);
    if (answer != null && isNoAccess(answer)) {
      Token.Shown other = token.instead(first, PATIENCE);
      if (other != null) {
        shown = other;
        answer = answerTo(new Command("AUTH", shown.value()), connection);
      }
    }
    if (answer == null) {
      return false;
    }
    noteRefusal(answer);
    connection.token(shown.number());
    return answer.ok;
  }

  /** A wrong or missing token fails all requests; it is not worth trying again. */
  private void noteRefusal(Answer answer) {
    refused = isNoAccess(answer) ? answer.refusal() : null;
  }

  static boolean isNoAccess(Answer answer) {
    FlashQException refusal = answer.refusal();
    return refusal != null && NO_ACCESS.contains(refusal.code());
  }

  /** Whether there is another token by now than the one that was shown on this connection. */
  boolean hasAnotherToken(Connection connection) {
    token.recheck();
    return token.isOther(connection.token());
  }

  /** Why there is no token to show; null when there is. */
  @Nullable String tokenTrouble() {
    return token.trouble();
  }

  /** From host:port; a name is looked up each time, since it may have moved. */
  static InetSocketAddress socketAddress(String address) {
    int colon = address.lastIndexOf(':');
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      if (colon > 0 && port > 0) {
        return new InetSocketAddress(address.substring(0, colon), port);
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new IllegalArgumentException("'" + address + "' is not an address; expected: host:port");
  }

  /** A request that is a command and perhaps a token. */
  private record Command(String name, String token) implements Call.Body {
    @Override
    public int fields() {
      return token.isEmpty() ? 1 : 2;
    }

    @Override
    public void write(MessagePackWriter to) {
      to.key(Fields.CMD);
      to.string(name);
      if (!token.isEmpty()) {
        to.key(Fields.TOKEN);
        to.string(token);
      }
    }
  }
}
