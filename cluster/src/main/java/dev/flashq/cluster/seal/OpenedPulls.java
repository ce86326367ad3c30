package dev.flashq.cluster.seal;

import dev.flashq.cluster.waiting.Answers;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Opens what pulls get, large deliveries beside the thread that brings them. */
public final class OpenedPulls {
  private final Opener opener;
  private final Executor readers;
  private final Consumer<Reply> unwanted;

  /**
   * @param unwanted gets jobs that were delivered and cannot be opened here, or whose puller has
   *     gone and cannot ask again
   */
  public OpenedPulls(Opener opener, Executor readers, Consumer<Reply> unwanted) {
    this.opener = opener;
    this.readers = readers;
    this.unwanted = unwanted;
  }

  /**
   * What it waits for may be sealed when it comes, whatever was when it began.
   *
   * @param named whether it may be asked again by a request id
   */
  public CompletableFuture<Reply> opened(CompletableFuture<Reply> pulled, boolean named) {
    var answer = new CompletableFuture<Reply>();
    var _ =
        pulled.whenComplete(
            (reply, failure) -> {
              if (failure != null) {
                answer.completeExceptionally(failure);
              } else if (Opener.isLarge(reply)) {
                readers.execute(() -> open(reply, named, answer));
              } else {
                open(reply, named, answer);
              }
            });
    Answers.cancelWith(answer, pulled);
    return answer;
  }

  private void open(Reply reply, boolean named, CompletableFuture<Reply> answer) {
    try {
      if (!answer.complete(opener.opened(reply)) && !named) {
        unwanted.accept(reply);
      }
    } catch (RefusedException e) {
      unwanted.accept(reply);
      answer.complete(e.refusal());
    } catch (RuntimeException e) {
      unwanted.accept(reply);
      answer.completeExceptionally(e);
    }
  }
}
