package dev.flashq.client;

import static dev.flashq.protocol.ErrorCode.OUTCOME_UNKNOWN;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.client.LeaderSearch.Found;
import dev.flashq.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection to the leader, follows the leadership, and sends again what a lost
 * connection or a passing refusal left without an answer, until its deadline.
 */
final class Router implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Between two tries to show a new token while the old one is still good. */
  private static final long NEW_TOKEN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final LeaderSearch search;
  private final ConcurrentLinkedQueue<Call> backlog = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Delayed> delayed = new ConcurrentLinkedQueue<>();
  private final Thread thread = new Thread(this::run, "flashq-client-router");
  private final AtomicReference<@Nullable Connection> current = new AtomicReference<>();
  private volatile boolean closed;

  /** The connection to a member whose leader cannot be reached from here. */
  private volatile @Nullable Connection relay;

  /** The last connection that was left for its silence. */
  private volatile @Nullable Connection silent;

  /** Of the router's thread alone: when it last asked who leads, or looked for a leader. */
  private long looked;

  /** Of the same thread: when it last tried to show a new token. */
  private long showed = System.nanoTime() - NEW_TOKEN_NANOS;

  private record Delayed(Call call, long untilNanos) {}

  Router(List<String> addresses, Token token, Sockets sockets) {
    this.search = new LeaderSearch(addresses, token, sockets, this::answered, this::lost);
    thread.setDaemon(true);
    thread.start();
  }

  void send(Call call) {
    Connection connection = current.get();
    if (connection != null && connection.isOpen()) {
      connection.send(call);
    } else {
      giveBack(call);
    }
  }

  /** Address of the node that this client talks to; empty while it talks to none. */
  String address() {
    Connection connection = current.get();
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
    Connection connection = current.getAndSet(null);
    if (connection != null) {
      connection.close();
    }
    failAll();
  }

  private void step() {
    long now = System.nanoTime();
    Connection connection = current.get();
    if (connection != null && now - looked > LOOK_NANOS && connection.isOpen()) {
      look(connection);
      showNewToken(connection, now);
      looked = now;
    }
    if (connection == null || !connection.isOpen()) {
      noteLoss(connection);
      replace(connection, mayConnect(now) ? connect() : null);
      connection = current.get();
    }
    expire(connection, now);
    resend(connection, now);
    LockSupport.parkNanos(this, TICK_NANOS);
  }

  /** False when somebody was quicker, or the end: then the next one is closed. */
  private boolean replace(@Nullable Connection old, @Nullable Connection next) {
    boolean done = current.compareAndSet(old, next);
    if (next != null && (!done || closed)) {
      next.close();
    }
    return done;
  }

  private void noteLoss(@Nullable Connection connection) {
    if (connection != null && connection != relay) {
      search.lost(connection.address(), connection == silent);
    }
  }

  /** Whoever was refused access is not to knock all the time. */
  private boolean mayConnect(long now) {
    if (search.refusal() != null && now - looked < LOOK_NANOS) {
      return false;
    }
    looked = now;
    return true;
  }

  private @Nullable Connection connect() {
    Found found = search.find();
    if (found == null) {
      LockSupport.parkNanos(this, RETRY_NANOS);
      return null;
    }
    relay = found.leads() ? null : found.connection();
    return found.connection();
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
    // What another connection was refused matters only while there is none.
    FlashQException reason = connection != null && connection.isOpen() ? null : search.refusal();
    backlog.removeIf(call -> (reason != null || call.isOver(now)) && over.add(call));
    delayed.removeIf(item -> item.call.isOver(now) && over.add(item.call));
    for (Call call : over) {
      call.future.completeExceptionally(reason != null && !call.doubtful ? reason : late(call));
    }
  }

  private FlashQException late(Call call) {
    if (call.sent) {
      return new FlashQException(
          OUTCOME_UNKNOWN, "no answer in time; the request may or may not have taken effect");
    }
    String trouble = search.tokenTrouble();
    return trouble == null
        ? new FlashQException(
            SERVICE_UNAVAILABLE, "no node was reached in time; the request was not sent")
        : new FlashQException(
            ErrorCode.UNAUTHENTICATED,
            "there is no token to show: " + trouble + "; the request was not sent");
  }

  /** Asks who leads, goes there if it is another node, and leaves one that does not answer. */
  private void look(Connection connection) {
    if (connection.heardNanos() - looked <= 0) {
      Thread.ofVirtual().start(() -> leaveUnlessAlive(connection));
    }
    var _ =
        search
            .ask(connection)
            .future
            .thenAccept(
                answer -> {
                  if (answer.ok && !answer.leaderAddress.equals(connection.address())) {
                    Thread.ofVirtual().start(() -> follow(answer.leaderAddress, connection));
                  }
                });
  }

  /** On a new connection; the old one still answers what it has. */
  private void showNewToken(Connection connection, long now) {
    if (now - showed > NEW_TOKEN_NANOS && search.hasAnotherToken(connection)) {
      showed = now;
      Thread.ofVirtual().start(() -> follow(connection.address(), connection));
    }
  }

  /**
   * A node that said nothing since the last look, not even who leads, is called on a second
   * connection, and left if it does not answer there either: a machine that has died or was cut off
   * does not close its connections. On the first one there may be a great frame on its way, or more
   * requests than the node reads.
   */
  private void leaveUnlessAlive(Connection connection) {
    if (!search.isAlive(connection.address())) {
      silent = connection;
      connection.close();
    }
  }

  /**
   * Another node leads now, or may: one that has lost the others knows of no leader and says so for
   * as long as it is cut off. The old connection still answers what it has.
   *
   * @param leader empty when the node at the other end knows none
   */
  private void follow(String leader, Connection from) {
    String address = leader.isEmpty() ? search.leaderKnownToOthers(from.address()) : leader;
    Connection to = search.openLeader(address);
    if (to != null && replace(from, to)) {
      search.seen(address);
      closeWhenIdle(from);
    }
  }

  private static void closeWhenIdle(Connection old) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (old.isOpen() && !old.isIdle() && System.nanoTime() < end) {
      LockSupport.parkNanos(RETRY_NANOS);
    }
    old.close();
  }

  private void answered(Call call, Answer answer) {
    if (answer.code.equals(OUTCOME_UNKNOWN.name())) {
      call.doubtful = true;
    }
    if (LeaderSearch.isNoAccess(answer) && mayShowAnother(call)) {
      call.refused = true;
      showAnother(call);
    } else if (!answer.ok
        && call.body != LeaderSearch.WHO_LEADS
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

  /** The token of a connection ended under it: the request was not carried out. */
  private boolean mayShowAnother(Call call) {
    return call.token != Token.NONE && !call.refused && !search.isOwn(call);
  }

  /**
   * The next connection will show the token anew, or another one. This one may still answer what
   * was asked before the token ended.
   */
  private void showAnother(Call call) {
    Connection connection = current.get();
    if (connection != null && connection.token() == call.token && replace(connection, null)) {
      Thread.ofVirtual().start(() -> closeWhenIdle(connection));
    }
    giveBack(call);
  }

  /** Until there is a connection. */
  private void giveBack(Call call) {
    backlog.add(call);
    LockSupport.unpark(thread);
    if (closed) {
      failAll();
    }
  }

  /** A member that passed requests on cannot do so now; another one may. */
  private void leaveRelay() {
    Connection member = relay;
    if (member != null && member == current.get()) {
      search.forget();
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
      if (search.isOwn(call)) {
        call.future.completeExceptionally(
            new FlashQException(SERVICE_UNAVAILABLE, "the connection ended"));
      } else {
        if (call.sent) {
          call.doubtful = true;
        }
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
}
