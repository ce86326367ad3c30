package dev.flashq.statemachine.gateway;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one way to the replicated state; the transports call it, the cluster implements it.
 *
 * <p>Both methods return at once and may be called from event loops. The futures complete on
 * threads of the cluster: callers hop to their own. Cancelling the future of a pull or of a wait
 * ends the waiting.
 *
 * <p>What breaks one of the {@link Rules} is refused here and goes no further.
 */
public interface CommandGateway {
  /**
   * Proposes a command. The future completes when the command is on disk on a majority and applied
   * on this node; it completes with {@link Reply.Refused} for every refusal and exceptionally only
   * for bugs. A {@link Command.PullJobs} waits up to its time for a job and then answers an empty
   * {@link Reply.Delivered}.
   */
  CompletableFuture<Reply> submit(
      Principal principal, @Nullable RequestId requestId, Command command);

  /** Asks a question. Fails with {@link RefusedException} for every refusal. */
  <R> CompletableFuture<R> ask(Principal principal, Query<R> query, Consistency consistency);
}
