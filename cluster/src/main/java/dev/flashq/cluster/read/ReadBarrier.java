package dev.flashq.cluster.read;

import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that this node has applied everything that was answered anywhere before the reader
 * came.
 *
 * <p>One round through the leader serves all readers that came before it began; those who come
 * during a round share the next one.
 */
public final class ReadBarrier {
  private static final Logger LOG = LoggerFactory.getLogger(ReadBarrier.class);

  /** Milliseconds after which a round that got no answer is tried again: its leader may be gone. */
  private static final long ROUND_MS = 1_000;

  private static final long PAUSE_MS = 20;

  private final Supplier<CompletableFuture<Void>> round;
  private final Executor executor;
  private @Nullable CompletableFuture<Void> running;
  private @Nullable CompletableFuture<Void> next;

  /**
   * @param round asks the leader once; fails when there is none
   * @param executor runs the readers
   */
  public ReadBarrier(Supplier<CompletableFuture<Void>> round, Executor executor) {
    this.round = round;
    this.executor = executor;
  }

  /** Fails with SERVICE_UNAVAILABLE after {@link Limits#COMMIT_WAIT_MS}. */
  public CompletableFuture<Void> await() {
    var reader =
        join()
            .thenApplyAsync(done -> done, executor)
            .orTimeout(Limits.COMMIT_WAIT_MS, TimeUnit.MILLISECONDS);
    return reader.exceptionally(
        failure -> {
          throw new RefusedException(
              new Reply.Refused(
                  SERVICE_UNAVAILABLE,
                  failure instanceof TimeoutException
                      ? "Service unavailable: no leader, retry later"
                      : "Service unavailable, retry later"));
        });
  }

  private CompletableFuture<Void> join() {
    CompletableFuture<Void> mine;
    synchronized (this) {
      if (running != null) {
        if (next == null) {
          next = new CompletableFuture<>();
        }
        return next.copy();
      }
      running = new CompletableFuture<>();
      mine = running;
    }
    attempt(mine, Limits.COMMIT_WAIT_MS);
    return mine.copy();
  }

  private void attempt(CompletableFuture<Void> done, long leftMs) {
    long began = System.nanoTime();
    var _ =
        askOnce()
            .orTimeout(ROUND_MS, TimeUnit.MILLISECONDS)
            .whenComplete(
                (_, failure) -> {
                  long left =
                      leftMs - PAUSE_MS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
                  if (failure == null) {
                    end(done, null);
                  } else if (left <= 0) {
                    end(done, failure);
                  } else {
                    LOG.debug("A read round failed and is repeated: {}", failure.toString());
                    CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS)
                        .execute(() -> attempt(done, left));
                  }
                });
  }

  private CompletableFuture<Void> askOnce() {
    try {
      return round.get().copy();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void end(CompletableFuture<Void> done, @Nullable Throwable failure) {
    CompletableFuture<Void> following;
    synchronized (this) {
      following = next;
      running = following;
      next = null;
    }
    if (failure == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(failure);
    }
    if (following != null) {
      attempt(following, Limits.COMMIT_WAIT_MS);
    }
  }
}
