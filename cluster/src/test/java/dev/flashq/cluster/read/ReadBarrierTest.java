package dev.flashq.cluster.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ReadBarrierTest {
  private final List<CompletableFuture<Void>> rounds = new CopyOnWriteArrayList<>();
  private final ReadBarrier barrier =
      new ReadBarrier(
          () -> {
            var round = new CompletableFuture<Void>();
            rounds.add(round);
            return round;
          },
          Runnable::run);

  @Test
  void letsAReaderPassAfterItsRound() {
    CompletableFuture<Void> reader = barrier.await();
    assertThat(reader).isNotDone();

    rounds.getFirst().complete(null);

    assertThat(reader).isCompleted();
  }

  @Test
  void neverLetsAReaderShareARoundThatBeganBeforeIt() {
    CompletableFuture<Void> first = barrier.await();
    CompletableFuture<Void> second = barrier.await();
    CompletableFuture<Void> third = barrier.await();
    assertThat(rounds).hasSize(1);

    rounds.get(0).complete(null);
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();

    assertThat(rounds).hasSize(2);
    rounds.get(1).complete(null);
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
  }

  @Test
  void repeatsARoundThatFails() {
    CompletableFuture<Void> reader = barrier.await();
    rounds.getFirst().completeExceptionally(new IllegalStateException("no leader"));

    await().until(() -> rounds.size() == 2);
    rounds.get(1).complete(null);

    await().until(reader::isDone);
    assertThat(reader).isCompleted();
  }
}
