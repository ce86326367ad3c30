package dev.flashq.cluster.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.RefusedException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ReadBarrierTest {
  private final VirtualTime time = new VirtualTime();
  private final List<CompletableFuture<Void>> rounds = new CopyOnWriteArrayList<>();
  private final ReadBarrier barrier =
      new ReadBarrier(
          () -> {
            var round = new CompletableFuture<Void>();
            rounds.add(round);
            return round;
          },
          time);

  @Test
  void letsAReaderPassAfterItsRound() {
    CompletableFuture<Void> reader = barrier.await();
    assertThat(reader).isNotDone();

    rounds.getFirst().complete(null);
    time.settle();

    assertThat(reader).isCompleted();
  }

  @Test
  void neverLetsAReaderShareARoundThatBeganBeforeIt() {
    CompletableFuture<Void> first = barrier.await();
    CompletableFuture<Void> second = barrier.await();
    CompletableFuture<Void> third = barrier.await();
    assertThat(rounds).hasSize(1);

    rounds.get(0).complete(null);
    time.settle();
    assertThat(first).isCompleted();
    assertThat(second).isNotDone();

    assertThat(rounds).hasSize(2);
    rounds.get(1).complete(null);
    time.settle();
    assertThat(second).isCompleted();
    assertThat(third).isCompleted();
  }

  @Test
  void repeatsARoundThatFails() {
    CompletableFuture<Void> reader = barrier.await();
    rounds.getFirst().completeExceptionally(new IllegalStateException("no leader"));
    time.settle();

    time.pass(20);
    rounds.get(1).complete(null);
    time.settle();

    assertThat(reader).isCompleted();
  }

  @Test
  void aRoundWithoutAnAnswerIsRepeatedAndItsReaderNotForgotten() {
    CompletableFuture<Void> reader = barrier.await();
    time.pass(1_020);
    assertThat(rounds).hasSize(2);
    rounds.get(1).complete(null);
    time.settle();

    assertThat(reader).isCompleted();
    assertThat(time.pending()).isZero();
  }

  @Test
  void refusesReadersWhenThereIsNoLeaderForTooLong() {
    CompletableFuture<Void> reader = barrier.await();
    CompletableFuture<Void> second = barrier.await();
    time.pass(Limits.COMMIT_WAIT_MS);

    assertThat(reader).isCompletedExceptionally();
    assertThat(reader.exceptionNow())
        .isInstanceOfSatisfying(
            RefusedException.class,
            e -> assertThat(e.refusal().code()).isEqualTo(ErrorCode.SERVICE_UNAVAILABLE));
    assertThat(second).isCompletedExceptionally();
  }

  /** After an outage those who come now must not wait for the patience of those who have gone. */
  @Test
  void servesAgainAsSoonAsThereIsALeader() {
    barrier.await();
    time.pass(6_000);
    CompletableFuture<Void> later = barrier.await();
    rounds.getLast().complete(null);
    time.settle();
    rounds.getLast().complete(null);
    time.settle();

    assertThat(later).isCompleted();
  }
}
