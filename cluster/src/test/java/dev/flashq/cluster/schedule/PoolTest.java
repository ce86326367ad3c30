package dev.flashq.cluster.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final Loop alarms = new Loop("alarms under test").start();
  private final List<Object> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    alarms.close();
  }

  @Test
  void runsSeveralTasksAtATime() {
    try (var pool = new Pool("pool", 2, alarms)) {
      var one = new CompletableFuture<Void>();
      var other = new CompletableFuture<Void>();
      pool.execute(
          () -> {
            other.join();
            one.complete(null);
          });
      pool.execute(() -> other.complete(null));

      assertThat(one).succeedsWithin(SOON);
    }
  }

  @Test
  void aTaskThatThrowsDoesNotCostItsThread() {
    try (var pool = new Pool("pool", 1, alarms)) {
      pool.execute(() -> seen.add(Thread.currentThread()));
      pool.execute(
          () -> {
            throw new IllegalStateException("on purpose");
          });
      pool.execute(() -> seen.add(Thread.currentThread()));

      await().atMost(SOON).until(() -> seen.size() == 2);
      assertThat(seen.getLast()).isSameAs(seen.getFirst());
    }
  }

  /** What rings may take a while, and the loop has others to serve. */
  @Test
  void whatAnAlarmStartsRunsOnThreadsOfThePool() {
    try (var pool = new Pool("pool", 1, alarms)) {
      long begun = pool.now();
      pool.after(
          20,
          () -> {
            seen.add(Thread.currentThread().getName());
            seen.add(pool.now() - begun >= 20);
          });

      await().atMost(SOON).until(() -> seen.size() == 2);
      assertThat(seen).containsExactly("pool", true);
    }
  }

  @Test
  void interruptsWhatRunsAndDropsWhatWaitsWhenItEnds() {
    var begun = new CompletableFuture<Thread>();
    var pool = new Pool("pool", 1, alarms);
    pool.execute(
        () -> {
          begun.complete(Thread.currentThread());
          try {
            Thread.sleep(Duration.ofHours(1));
          } catch (InterruptedException _) {
            seen.add("interrupted");
          }
        });
    pool.execute(() -> seen.add("waiting"));
    Thread thread = begun.join();

    pool.close();

    await().atMost(SOON).until(() -> !thread.isAlive());
    assertThat(seen).containsExactly("interrupted");
  }

  /** Whoever holds a pool that has ended, as an answer on its way does, must not stumble. */
  @Test
  void aTaskThatComesTooLateIsDropped() {
    var pool = new Pool("pool", 1, alarms);
    pool.close();

    pool.execute(() -> seen.add("late"));
    pool.after(0, () -> seen.add("later"));
    alarms.after(1, () -> seen.add("of the loop"));

    await().atMost(SOON).until(() -> !seen.isEmpty());
    assertThat(seen).containsExactly("of the loop");
  }
}
