package dev.flashq.client;

import static dev.flashq.protocol.ErrorCode.INVALID_TOKEN;
import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.wire.MessagePackWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection to the leader, follows the leadership, and sends again what a lost
 * connection or a passing refusal left without an answer, until its deadline.
 */
final class Router implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofMillis(700);
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final Set<ErrorCode> NO_ACCESS = Set.of(INVALID_TOKEN, UNAUTHENTICATED);
  private static final Call.Body WHO_LEADS = new Command("CLUSTER", "");

  private final List<String> addresses;
  private final String token;
  private final SequenceWindow noIds = new SequenceWindow("none");
  private final ConcurrentLinkedQueue<Call> backlog = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Delayed> delayed = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "flashq-client-router");
  private volatile @Nullable Connection current;
  private volatile @Nullable FlashQException refused;
  private volatile boolean closed;
  private volatile String hint = "";

  /** The connection to a member whose leader cannot be reached from here. */
  private volatile @Nullable Connection relay;

  private long looked;

  private record Delayed(Call call, long untilNanos) {}

  Router(List<String> addresses, String token) {
    this.addresses = List.copyOf(addresses);
    this.token = token;
    thread.setDaemon(true);
    thread.start();
  }

  void send(Call call) {
    Connection connection = current;
    if (connection != null && connection.isOpen()) {
      connection.send(call);
    } else {
      backlog.add(call);
      LockSupport.unpark(thread);
      if (closed) {
        failAll();
      }
    }
  }

  /** Address of the node that this client talks to; empty while it talks to none. */
  String address() {
    Connection connection = current;
    return connection == null || !connection.isOpen() ? "" : connection.address();
  }

  private void run() {
    while (!closed) {
      try {
        step();
      } catch (RuntimeException e) {
        // A bug must not end the thread on which every deadline depends.
        System.getLogger(Router.class.getName())
            .log(System.Logger.Level.ERROR, "the router goes on", e);
        LockSupport.parkNanos(this, RETRY_NANOS);
      }
    }
    Connection connection = current;
    if (connection != null) {
      connection.close();
    }
    failAll();
  }

  private void step() {
    long now = System.nanoTime();
    Connection connection = current;
    if (connection == null || !connection.isOpen()) {
      connection = mayConnect(now) ? connect() : null;
      current = connection;
    } else if (now - looked > LOOK_NANOS) {
      looked = now;
      follow(connection);
    }
    expire(connection, now);
    resend(connection, now);
    LockSupport.parkNanos(this, TICK_NANOS);
  }

  /** Whoever was refused access is not to knock all the time. */
  private boolean mayConnect(long now) {
    if (refused != null && now - looked < LOOK_NANOS) {
      return false;
    }
    looked = now;
    return true;
  }

  private void resend(@Nullable Connection connection, long now) {
    if (connection == null) {
      return;
    }
    delayed.removeIf(
        item -> {
          boolean due = item.untilNanos - now <= 0;
          if (due) {
            backlog.add(item.call);
          }
          return due;
        });
    // A connection that ends meanwhile gives calls back: then they wait for the next one.
    for (Call call = poll(connection); call != null; call = poll(connection)) {
      connection.send(call);
    }
  }

  private @Nullable Call poll(Connection connection) {
    return connection.isOpen() ? backlog.poll() : null;
  }

  private void expire(@Nullable Connection connection, long now) {
    List<Call> over =
        connection == null ? new ArrayList<>() : new ArrayList<>(connection.expired(now));
    FlashQException reason = refused;
    backlog.removeIf(call -> (reason != null || call.isOver(now)) && over.add(call));
    delayed.removeIf(item -> item.call.isOver(now) && over.add(item.call));
    for (Call call : over) {
      call.future.completeExceptionally(reason != null ? reason : late(call));
    }
  }

  private static FlashQException late(Call call) {
    return call.sent
        ? new FlashQException(
            OUTCOME_UNKNOWN, "no answer in time; the request may or may not have taken effect")
        : new FlashQException(
            SERVICE_UNAVAILABLE, "no node was reached in time; the request was not sent");
  }

  /**
   * Tries the leader that was named last, then every address, until one knows a leader that can be
   * reached. Where none can, a member that knows one passes the requests on.
   */
  private @Nullable Connection connect() {
    Set<String> candidates = new LinkedHashSet<>();
    if (!hint.isEmpty()) {
      candidates.add(hint);
    }
    candidates.addAll(addresses);
    Connection member = null;
    for (String address : candidates) {
      Connection connection = open(address);
      if (connection == null) {
        continue;
      }
      String leader = leaderKnownTo(connection);
      Connection direct =
          leader.equals(address) ? connection : leader.isEmpty() ? null : open(leader);
      if (direct != null) {
        hint = leader;
        closeOthers(direct, connection, member);
        return direct;
      }
      if (leader.isEmpty() || member != null) {
        connection.close();
      } else {
        member = connection;
      }
    }
    relay = member;
    return member;
  }

  private static void closeOthers(Connection kept, @Nullable Connection... others) {
    for (Connection other : others) {
      if (other != null && other != kept) {
        other.close();
      }
    }
  }

  private void follow(Connection connection) {
    Call call = ask(connection);
    var _ =
        call.future.thenAccept(
            answer -> {
              if (!answer.leaderAddress.isEmpty()
                  && !answer.leaderAddress.equals(connection.address())) {
                moveTo(answer.leaderAddress, connection);
              }
            });
  }

  /** Another node leads now. The old one still answers what it has. */
  private void moveTo(String leader, Connection from) {
    Thread.ofVirtual()
        .start(
            () -> {
              Connection to = open(leader);
              if (to != null && current == from) {
                hint = leader;
                current = to;
                closeWhenIdle(from);
              }
            });
  }

  private static void closeWhenIdle(Connection old) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (old.isOpen() && !old.isIdle() && System.nanoTime() < end) {
      LockSupport.parkNanos(RETRY_NANOS);
    }
    old.close();
  }

  private String leaderKnownTo(Connection connection) {
    try {
      Answer answer = ask(connection).future.get(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
      noteRefusal(answer);
      return answer.leaderAddress;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    } catch (ExecutionException | TimeoutException e) {
      return "";
    }
  }

  private Call ask(Connection connection) {
    Call call = new Call(WHO_LEADS, noIds, -1, System.nanoTime() + CONNECT.toNanos());
    connection.send(call);
    return call;
  }

  private @Nullable Connection open(String address) {
    try {
      Connection connection =
          new Connection(socketAddress(address), CONNECT, this::answered, this::lost);
      connection.start();
      if (token.isEmpty() || authenticate(connection)) {
        return connection;
      }
      connection.close();
      return null;
    } catch (IOException e) {
      return null;
    }
  }

  private boolean authenticate(Connection connection) {
    Call call =
        new Call(new Command("AUTH", token), noIds, -1, System.nanoTime() + CONNECT.toNanos());
    connection.send(call);
    try {
      Answer answer = call.future.get(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
      noteRefusal(answer);
      return answer.ok;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** A wrong or missing token fails all requests; it is not worth trying again. */
  private void noteRefusal(Answer answer) {
    FlashQException refusal = answer.refusal();
    refused = refusal != null && NO_ACCESS.contains(refusal.code()) ? refusal : null;
  }

  private static InetSocketAddress socketAddress(String address) {
    int colon = address.lastIndexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  private void answered(Call call, Answer answer) {
    if (!answer.ok
        && call.body != WHO_LEADS
        && mayPass(answer.code)
        && !call.isOver(System.nanoTime())) {
      delayed.add(new Delayed(call, System.nanoTime() + RETRY_NANOS));
      if (answer.code.equals(SERVICE_UNAVAILABLE.name())) {
        leaveRelay();
      }
    } else {
      call.future.complete(answer);
    }
  }

  /** A member that passed requests on cannot do so now; another one may. */
  private void leaveRelay() {
    Connection member = relay;
    if (member != null && member == current) {
      relay = null;
      hint = "";
      member.close();
    }
  }

  private static boolean mayPass(String code) {
    return code.equals(SERVICE_UNAVAILABLE.name())
        || code.equals(OUTCOME_UNKNOWN.name())
        || code.equals(ErrorCode.LIMIT_EXCEEDED.name());
  }

  private void lost(List<Call> calls) {
    for (Call call : calls) {
      if (call.ids == noIds) {
        call.future.completeExceptionally(
            new FlashQException(SERVICE_UNAVAILABLE, "the connection ended"));
      } else {
        backlog.add(call);
      }
    }
    LockSupport.unpark(thread);
    if (closed) {
      failAll();
    }
  }

  private void failAll() {
    var reason = new FlashQException(SERVICE_UNAVAILABLE, "the client is closed");
    for (Call call = backlog.poll(); call != null; call = backlog.poll()) {
      call.future.completeExceptionally(reason);
    }
    for (Delayed item = delayed.poll(); item != null; item = delayed.poll()) {
      item.call.future.completeExceptionally(reason);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
