package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client with one connection at a time, which behaves towards its node as the transport does. */
abstract class Client {
  private static final long NETWORK_MIN = 40;
  private static final long NETWORK_MAX = 400;

  final Simulation simulation;
  final World world;
  final String name;
  private @Nullable Connection connection;

  Client(Simulation simulation, String name) {
    this.simulation = simulation;
    this.world = simulation.world();
    this.name = name;
  }

  /** Begins to do what it does. */
  abstract void begin();

  /** Whether it waits for nothing and wants nothing. */
  abstract boolean isDone();

  /** What it is about, for a report. */
  abstract String state();

  /** Whom the node takes it for; null when it does not let it in. */
  @Nullable Principal login(SimNode node) {
    return simulation.isGuarded() ? Badges.login(node, Badges.APP) : new Principal(name);
  }

  /** A connection to a node that runs; null when there is none. */
  @Nullable Connection connect() {
    Connection open = connection;
    if (open == null || open.isClosed()) {
      List<SimNode> running = simulation.running();
      open = running.isEmpty() ? null : new Connection(world.any(running));
      connection = open;
    }
    return open;
  }

  /** Leaves the node without a word, as a client does that dies. */
  void hangUp() {
    Connection open = connection;
    if (open != null) {
      open.close();
    }
    connection = null;
  }

  /**
   * Sends a command.
   *
   * @param patienceMs after so long the client closes the connection
   * @param then gets the reply; null when there will be none
   */
  void submit(
      @Nullable RequestId id, Command command, long patienceMs, Consumer<@Nullable Reply> then) {
    world.note(() -> name + " > " + brief(command) + (id == null ? "" : " " + id.sequence()));
    call(
        (gateway, who) -> gateway.submit(who, id, command),
        patienceMs,
        (reply, _) -> {
          world.note(() -> name + " < " + brief(reply));
          then.accept(reply);
        });
  }

  private String at() {
    Connection open = connection;
    return open == null ? "nobody" : open.node.name();
  }

  private String brief(Command command) {
    return at()
        + " "
        + switch (command) {
          case Command.PushJobs push ->
              "push "
                  + push.queue()
                  + " "
                  + push.jobs().stream().map(job -> job.data().bytes().toStringUtf8()).toList();
          default -> command.toString();
        };
  }

  private static String brief(@Nullable Reply reply) {
    return switch (reply) {
      case null -> "nothing";
      case Delivered(var jobs) ->
          "delivered "
              + jobs.stream()
                  .map(job -> History.data(job) + " " + job.id() + "/" + job.lease())
                  .toList();
      default -> reply.toString();
    };
  }

  <R> void ask(Query<R> query, long patienceMs, BiConsumer<@Nullable R, @Nullable Throwable> then) {
    var question = new AskedQuestion(simulation.lastIndex(), query);
    if (simulation.isGuarded()) {
      simulation.history().asked(question);
    }
    call(
        (gateway, who) -> {
          question.askedBy(who);
          return gateway.ask(who, query, Consistency.LINEARIZABLE);
        },
        patienceMs,
        (answer, failure) -> {
          question.answered(simulation.lastIndex(), answer, failure);
          then.accept(answer, failure);
        });
  }

  /** What is asked of a node, in the name by which the node knows who asks. */
  interface Request<T> {
    CompletableFuture<T> at(CommandGateway gateway, Principal who);
  }

  private <T> void call(
      Request<T> request, long patienceMs, BiConsumer<@Nullable T, @Nullable Throwable> then) {
    Connection open = connect();
    if (open == null) {
      world.afterMs(20, () -> then.accept(null, null));
      return;
    }
    open.call(request, patienceMs, then);
  }

  /** A connection to one start of one node. */
  final class Connection {
    private final SimNode node;
    private final int boot;
    private final List<Runnable> lost = new ArrayList<>();
    private final List<CompletableFuture<?>> waiting = new ArrayList<>();
    private boolean closed;

    Connection(SimNode node) {
      this.node = node;
      this.boot = node.boot();
      node.onDeath(() -> world.after(world.between(100, 20_000), this::close));
    }

    SimNode node() {
      return node;
    }

    boolean isClosed() {
      return closed;
    }

    <T> void call(
        Request<T> request, long patienceMs, BiConsumer<@Nullable T, @Nullable Throwable> then) {
      var over = new boolean[1];
      Runnable giveUp =
          () -> {
            if (!over[0]) {
              over[0] = true;
              then.accept(null, null);
            }
          };
      lost.add(giveUp);
      world.afterMs(
          patienceMs,
          () -> {
            if (!over[0]) {
              close();
            }
          });
      world.after(
          world.between(NETWORK_MIN, NETWORK_MAX),
          () -> node.run(boot, () -> start(request, over, giveUp, then)));
    }

    private <T> void start(
        Request<T> request,
        boolean[] over,
        Runnable giveUp,
        BiConsumer<@Nullable T, @Nullable Throwable> then) {
      if (closed) {
        return;
      }
      Principal who = login(node);
      if (who == null) {
        close();
        return;
      }
      CompletableFuture<T> future = request.at(simulation.bug().gateway(node, node.gateway()), who);
      waiting.add(future);
      var _ =
          future.whenComplete(
              (reply, failure) -> {
                waiting.remove(future);
                if (closed) {
                  giveBack(reply);
                  return;
                }
                world.after(
                    world.between(NETWORK_MIN, NETWORK_MAX),
                    () -> {
                      lost.remove(giveUp);
                      if (!over[0]) {
                        over[0] = true;
                        then.accept(reply, failure);
                      } else {
                        node.run(boot, () -> giveBack(reply));
                      }
                    });
              });
    }

    /** What the transport does with a delivery that it cannot write. */
    private void giveBack(@Nullable Object reply) {
      if (reply instanceof Delivered(var jobs) && !jobs.isEmpty() && node.isRunning(boot)) {
        var claims = jobs.stream().map(job -> new Claim(job.id(), job.lease())).toList();
        var _ = node.gateway().submit(Principal.SYSTEM, null, new ReleaseJobs(claims));
      }
    }

    void close() {
      if (closed) {
        return;
      }
      closed = true;
      // As the transport sees the end of the connection, some time later.
      world.after(
          world.between(NETWORK_MIN, NETWORK_MAX),
          () -> node.run(boot, () -> List.copyOf(waiting).forEach(future -> future.cancel(false))));
      List.copyOf(lost).forEach(Runnable::run);
      lost.clear();
    }
  }
}
