package dev.flashq.cluster.raft;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.exceptions.TimeoutIOException;

/**
 * Asks Ratis for checkpoints. Ratis 3.3.0 never stops the timer of an answered request, and when it
 * runs out it fails whatever request is open then; a request that "timed out" before its time is
 * therefore asked again.
 */
final class CheckpointRequests {
  static final long TIMEOUT_MS = 60_000;

  private final LongFunction<CompletableFuture<RaftClientReply>> ask;
  private final LongSupplier elapsedMs;

  /**
   * @param ask sends a request that may take so many milliseconds
   */
  CheckpointRequests(LongFunction<CompletableFuture<RaftClientReply>> ask, LongSupplier elapsedMs) {
    this.ask = ask;
    this.elapsedMs = elapsedMs;
  }

  /** Completes when a checkpoint was taken, or fails after {@link #TIMEOUT_MS}. */
  CompletableFuture<Void> take() {
    return ask(elapsedMs.getAsLong());
  }

  private CompletableFuture<Void> ask(long since) {
    return ask.apply(TIMEOUT_MS)
        .thenAccept(CheckpointRequests::check)
        .exceptionallyCompose(
            failure ->
                isTimeout(failure) && elapsedMs.getAsLong() - since < TIMEOUT_MS
                    ? ask(since)
                    : CompletableFuture.failedFuture(failure));
  }

  private static void check(RaftClientReply reply) {
    if (!reply.isSuccess()) {
      throw new CompletionException("No checkpoint was taken", reply.getException());
    }
  }

  private static boolean isTimeout(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof TimeoutIOException;
  }
}
