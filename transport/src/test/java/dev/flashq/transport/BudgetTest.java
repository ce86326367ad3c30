package dev.flashq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private final List<String> woken = new ArrayList<>();

  @Test
  void takesUpToItsLimits() {
    Budget budget = new Budget(2, 100);
    assertThat(budget.tryTake(60)).isTrue();
    assertThat(budget.tryTake(50)).isFalse();
    assertThat(budget.tryTake(40)).isTrue();
    assertThat(budget.tryTake(0)).isFalse();
    budget.giveBack(60);
    budget.giveBack(40);
    assertThat(budget.things()).isZero();
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void letsSomethingAboveTheLimitGoAlone() {
    Budget budget = new Budget(2, 100);
    assertThat(budget.tryTake(500)).isTrue();
    assertThat(budget.tryTake(1)).isFalse();
  }

  @Test
  void wakesInOrderThoseForWhomThereIsRoom() {
    Budget budget = new Budget(10, 100);
    budget.tryTake(60);
    budget.tryTake(40);
    budget.awaitRoom(50, () -> woken.add("large"));
    budget.awaitRoom(30, () -> woken.add("small"));
    budget.awaitRoom(80, () -> woken.add("huge"));
    assertThat(woken).isEmpty();
    budget.giveBack(40);
    assertThat(woken).isEmpty();
    budget.giveBack(60);
    assertThat(woken).containsExactly("large", "small");
    budget.passOn();
    assertThat(woken).containsExactly("large", "small", "huge");
  }

  @Test
  void wakesAtOnceWhenRoomCameMeanwhile() {
    Budget budget = new Budget(1, 100);
    budget.awaitRoom(10, () -> woken.add("now"));
    assertThat(woken).containsExactly("now");
  }

  @Test
  void losesNobodyAmongThreads() {
    Budget budget = new Budget(3, 30);
    AtomicInteger done = new AtomicInteger();
    int tasks = 2_000;
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < tasks; i++) {
        int size = 1 + i % 15;
        threads.execute(() -> work(budget, size, threads, done));
      }
      await().until(() -> done.get() == tasks);
    }
    assertThat(budget.things()).isZero();
    assertThat(budget.bytes()).isZero();
  }

  /** Every third one woken has lost its interest. */
  private static void work(Budget budget, int size, ExecutorService threads, AtomicInteger done) {
    if (!budget.tryTake(size)) {
      budget.awaitRoom(size, () -> threads.execute(() -> again(budget, size, threads, done)));
      return;
    }
    threads.execute(
        () -> {
          budget.giveBack(size);
          done.incrementAndGet();
        });
  }

  private static void again(Budget budget, int size, ExecutorService threads, AtomicInteger done) {
    if (size % 3 == 0) {
      done.incrementAndGet();
    } else {
      work(budget, size, threads, done);
    }
    budget.passOn();
  }
}
