package dev.flashq.cluster.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.schedule.Scheduler.Alarm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long FAR_MS = 3_600_000;

  private final Loop loop = new Loop("loop under test").start();
  private final List<Object> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void runsTasksInTheOrderInWhichTheyWereGiven() {
    List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
    numbers.forEach(number -> loop.execute(() -> seen.add(number)));
    awaitAllTasks();

    assertThat(seen).isEqualTo(numbers);
  }

  @Test
  void aTaskEndsBeforeTheOneThatItHasGivenBegins() {
    loop.execute(
        () -> {
          loop.execute(() -> seen.add("given"));
          seen.add("giver");
        });

    awaitSeen("giver", "given");
  }

  @Test
  void aTaskThatThrowsKeepsNothingElseFromRunning() {
    loop.execute(LoopTest::fail);
    loop.after(0, LoopTest::fail);
    loop.execute(() -> seen.add("task"));
    awaitSeen("task");

    loop.after(0, () -> seen.add("alarm"));
    awaitSeen("task", "alarm");
  }

  @Test
  void alarmsRingInTheOrderOfTheirTimesAndNotBefore() {
    long begun = loop.now();
    loop.after(80, () -> seen.add(loop.now() - begun >= 80));
    loop.after(30, () -> seen.add("first"));

    awaitSeen("first", true);
  }

  @Test
  void anEarlierAlarmWakesALoopThatSleepsForALaterOne() {
    loop.after(FAR_MS, () -> seen.add("far"));
    awaitSleep();

    loop.after(1, () -> seen.add("near"));

    awaitSeen("near");
  }

  @Test
  void aTaskWakesALoopThatSleeps() {
    awaitSleep();

    loop.execute(() -> seen.add("task"));

    awaitSeen("task");
  }

  @Test
  void aCancelledAlarmDoesNotRing() {
    Alarm cancelled = loop.after(20, () -> seen.add("cancelled"));
    loop.after(40, () -> seen.add("other"));

    cancelled.cancel();

    awaitSeen("other");
  }

  @Test
  void anAlarmCanStillBeCancelledByTheOneThatRingsBeforeIt() {
    loop.execute(
        () -> {
          var second = new CompletableFuture<Alarm>();
          loop.after(0, () -> second.join().cancel());
          second.complete(loop.after(0, () -> seen.add("second")));
          loop.after(1, () -> seen.add("third"));
        });

    awaitSeen("third");
  }

  @Test
  void whatIsDoneAgainAndAgainGoesOnWhenItFailsOnce() {
    var turns = new AtomicInteger();
    loop.every(
        1,
        () -> {
          if (turns.incrementAndGet() == 1) {
            fail();
          }
        });

    await().atMost(SOON).until(() -> turns.get() > 3);
  }

  @Test
  void endsAfterTheTaskThatIsRunningAndDropsWhatWaits() throws InterruptedException {
    var begun = new CompletableFuture<Void>();
    var go = new CompletableFuture<Void>();
    loop.execute(
        () -> {
          begun.complete(null);
          go.join();
          seen.add("running");
        });
    loop.execute(() -> seen.add("task"));
    loop.after(0, () -> seen.add("alarm"));
    begun.join();
    Thread closing = Thread.ofPlatform().start(loop::close);
    awaitSleepOf(closing);
    go.complete(null);
    closing.join();

    assertThat(seen).containsExactly("running");
  }

  @Test
  void aTaskMayEndTheLoopThatRunsIt() {
    Thread thread = thread();
    loop.execute(
        () -> {
          loop.execute(() -> seen.add("dropped"));
          loop.close();
          seen.add("closed");
        });

    await().atMost(SOON).until(() -> !thread.isAlive());
    assertThat(seen).containsExactly("closed");
  }

  private static void fail() {
    throw new IllegalStateException("on purpose");
  }

  private void awaitSeen(Object... all) {
    await().atMost(SOON).until(() -> seen.size() >= all.length);
    assertThat(seen).containsExactly(all);
  }

  private void awaitAllTasks() {
    thread();
  }

  private Thread thread() {
    var thread = new CompletableFuture<Thread>();
    loop.execute(() -> thread.complete(Thread.currentThread()));
    return thread.join();
  }

  private void awaitSleep() {
    awaitSleepOf(thread());
  }

  private static void awaitSleepOf(Thread thread) {
    await()
        .atMost(SOON)
        .until(
            () ->
                thread.getState() == Thread.State.TIMED_WAITING
                    || thread.getState() == Thread.State.WAITING);
  }
}
