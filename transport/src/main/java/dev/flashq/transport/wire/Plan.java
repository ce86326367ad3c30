package dev.flashq.transport.wire;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.transport.ClusterHints;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a request asks for, ready to be started, and the shape of its answer. */
public sealed interface Plan {
  /** A shape for outcomes that are always refusals. */
  Shape<Object> DONE = JobShapes::done;

  Shape<?> shape();

  /** One command. */
  record Submit(Command command, @Nullable RequestId requestId, Shape<?> shape) implements Plan {}

  /** One question. */
  record Ask<R>(Query<R> query, Consistency consistency, Shape<? super R> shape) implements Plan {}

  /** Several commands or questions, one after the other. */
  record Run<R>(Steps<R> steps, Shape<? super R> shape) implements Plan {}

  /** Answered without the cluster. */
  record Known(Object outcome, Shape<?> shape) implements Plan {}

  /** A client says who it is. */
  record Authenticate(String token) implements Plan {
    @Override
    public Shape<?> shape() {
      return DONE;
    }
  }

  /**
   * A token is made, and shown once.
   *
   * @param command by which its hash becomes known
   */
  record Issue(Function<ByteString, Command> command, String name) implements Plan {
    @Override
    public Shape<?> shape() {
      Shape<AccessShapes.Issued> shape = AccessShapes::issued;
      return shape;
    }

    /** What comes of it. */
    public Object outcome(Object reply, String token) {
      return reply instanceof Reply.Done ? new AccessShapes.Issued(name, token) : reply;
    }
  }

  /** A client asks where the leader is. */
  record Locate() implements Plan {
    @Override
    public Shape<?> shape() {
      Shape<ClusterHints.Hint> shape = QueueShapes::hint;
      return shape;
    }
  }

  /** A little program for a gateway. */
  @FunctionalInterface
  interface Steps<R> {
    CompletableFuture<R> run(CommandGateway gateway, Principal principal);
  }

  /** Whether the request may block until something happens. */
  default boolean waits() {
    return switch (this) {
      case Submit(Command.PullJobs pull, _, _) -> pull.waitMs() > 0;
      case Ask(Query.WaitForJob wait, _, _) -> wait.waitMs() > 0;
      case Submit _, Ask<?> _, Run<?> _, Known _, Authenticate _, Issue _, Locate _ -> false;
    };
  }

  /**
   * Whether the outcome hands out jobs, which must be given back when they do not reach the client.
   */
  default boolean delivers() {
    return this instanceof Submit(Command.PullJobs _, _, _);
  }

  /** Whether it carries a request id. */
  default boolean named() {
    return this instanceof Submit(_, RequestId id, _) && id != null;
  }

  /**
   * Starts what is to be done by the cluster; {@link Known} and {@link Authenticate} are for the
   * caller.
   */
  default CompletableFuture<?> start(CommandGateway gateway, Principal principal) {
    return switch (this) {
      case Submit(Command command, RequestId requestId, _) ->
          gateway.submit(principal, requestId, command);
      case Ask<?> ask -> gateway.ask(principal, ask.query(), ask.consistency());
      case Run<?> run -> run.steps().run(gateway, principal);
      case Known known -> CompletableFuture.completedFuture(known.outcome());
      case Authenticate _, Issue _, Locate _ ->
          throw new IllegalStateException("this is the session's");
    };
  }
}
