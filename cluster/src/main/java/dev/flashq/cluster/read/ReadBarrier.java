package dev.flashq.cluster.read;

import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.schedule.Scheduler.Alarm;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
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

  private static final RefusedException NO_LEADER =
      new RefusedException(
          new Reply.Refused(SERVICE_UNAVAILABLE, "Service unavailable: no leader, retry later"));

  private final Supplier<CompletableFuture<Void>> round;
  private final Scheduler lane;
  private @Nullable Round running;
  private @Nullable Round next;

  /** One round and those who wait for it. */
  private static final class Round {
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final long deadline;

    Round(long deadline) {
      this.deadline = deadline;
    }
  }

  /**
   * @param round asks the leader once; fails when there is none
   * @param lane runs the readers
   */
  public ReadBarrier(Supplier<CompletableFuture<Void>> round, Scheduler lane) {
    this.round = round;
    this.lane = lane;
  }

  /** Fails with SERVICE_UNAVAILABLE after {@link Limits#COMMIT_WAIT_MS}. */
  public CompletableFuture<Void> await() {
    var reader = new CompletableFuture<Void>();
    Alarm alarm = lane.after(Limits.COMMIT_WAIT_MS, () -> reader.completeExceptionally(NO_LEADER));
    var _ = reader.whenComplete((_, _) -> alarm.cancel());
    var _ =
        join()
            .whenComplete(
                (_, failure) ->
                    lane.execute(
                        () -> {
                          if (failure == null) {
                            reader.complete(null);
                          } else {
                            reader.completeExceptionally(NO_LEADER);
                          }
                        }));
    return reader;
  }

  private CompletableFuture<Void> join() {
    Round mine;
    synchronized (this) {
      if (running != null) {
        if (next == null) {
          next = newRound();
        }
        return next.done;
      }
      mine = newRound();
      running = mine;
    }
    attempt(mine);
    return mine.done;
  }

  private Round newRound() {
    return new Round(lane.now() + 2 * Limits.COMMIT_WAIT_MS);
  }

  /** Asks the leader; the first of an answer, a failure and the end of patience decides. */
  private void attempt(Round mine) {
    var once = new AtomicBoolean();
    Alarm patience =
        lane.after(ROUND_MS, () -> ended(mine, once, new IllegalStateException("no answer")));
    var _ =
        askOnce()
            .whenComplete(
                (_, failure) -> {
                  patience.cancel();
                  ended(mine, once, failure);
                });
  }

  private void ended(Round mine, AtomicBoolean once, @Nullable Throwable failure) {
    if (!once.compareAndSet(false, true)) {
      return;
    }
    if (failure == null || lane.now() + PAUSE_MS >= mine.deadline) {
      end(mine, failure);
    } else {
      LOG.debug("A read round failed and is repeated: {}", failure.toString());
      lane.after(PAUSE_MS, () -> attempt(mine));
    }
  }

  private CompletableFuture<Void> askOnce() {
    try {
      return round.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void end(Round mine, @Nullable Throwable failure) {
    Round following;
    synchronized (this) {
      following = next;
      running = following;
      next = null;
    }
    if (failure == null) {
      mine.done.complete(null);
    } else {
      mine.done.completeExceptionally(failure);
    }
    if (following != null) {
      attempt(following);
    }
  }
}
