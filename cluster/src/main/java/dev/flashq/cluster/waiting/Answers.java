package dev.flashq.cluster.waiting;

import java.util.concurrent.CompletableFuture;

/** Answers that come of others. */
public final class Answers {
  private Answers() {}

  /** The answer is that of another, which ends when nobody wants it any more. */
  public static <T> void follow(CompletableFuture<T> other, CompletableFuture<T> answer) {
    var _ =
        other.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                answer.complete(value);
              } else {
                answer.completeExceptionally(failure);
              }
            });
    cancelWith(answer, other);
  }

  /** When nobody wants the answer any more, the other ends too. */
  public static void cancelWith(CompletableFuture<?> answer, CompletableFuture<?> other) {
    var _ =
        answer.whenComplete(
            (_, _) -> {
              if (answer.isCancelled()) {
                other.cancel(true);
              }
            });
  }
}
