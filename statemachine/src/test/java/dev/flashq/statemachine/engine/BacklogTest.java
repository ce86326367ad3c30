package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import dev.flashq.statemachine.store.KeysPassed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whatever waits, a pull costs the same and the memory stays within its bounds.
 *
 * <p>{@code ./flashq bench --backlog 10000000} measures the same through real nodes.
 */
@Isolated("measures memory")
class BacklogTest {
  private static final int MILLION = 1_000_000;

  @TempDir Path folder;
  private EngineFixture cluster;
  private QueueFixture queue;
  private KeysPassed keys;

  @BeforeEach
  void open() {
    cluster = new EngineFixture(folder.resolve("state"));
    queue = cluster.queue("q");
    keys = new KeysPassed(folder.resolve("keys"));
  }

  @AfterEach
  void close() {
    keys.close();
    cluster.close();
  }

  @Test
  void aPullFromAMillionJobsCostsWhatOneFromAThousandCosts() {
    push(2000, _ -> JobOptions.DEFAULTS);
    long few = keys.by(() -> consume(1000));
    long before = usedMemory();
    push(MILLION, _ -> JobOptions.DEFAULTS);
    assertThat(usedMemory() - before).isLessThan(64L << 20);

    long many = keys.by(() -> consume(20_000));
    assertThat(many / 20).isLessThan(2 * few + 1000);

    consume(200_000);
    long later = keys.by(() -> consume(20_000));
    assertThat(later / 20).isLessThan(2 * few + 1000);
    assertThat(usedMemory() - before).isLessThan(64L << 20);

    // A restart finds the front behind the graves of what was consumed, once.
    cluster.restart();
    assertThat(keys.by(() -> consume(1))).isLessThan(MILLION);
    assertThat(keys.by(() -> consume(1000))).isLessThan(2 * few + 1000);
  }

  @Test
  void aPullFromFilesReadsLittleMoreThanItsJobs() {
    push(MILLION, _ -> JobOptions.DEFAULTS);
    // Out of the memory for what was pushed last.
    cluster.restart();
    consume(10_000);
    assertThat(keys.bytesReadBy(() -> consume(50_000)) / 50_000).isLessThan(200);
  }

  @Test
  void stacksOnTopOfABacklogStayFlat() {
    push(100_000, _ -> JobOptions.DEFAULTS);
    consume(50_000);
    JobOptions lifo = JobOptions.builder().lifo(true).build();
    long passed =
        keys.by(
            () -> {
              for (int round = 0; round < 50; round++) {
                push(1000, _ -> lifo);
                consume(1010);
              }
            });
    assertThat(passed / 50).isLessThan(20_000);
  }

  @Test
  void onePushOnePullFromAStackStaysFlat() {
    JobOptions lifo = JobOptions.builder().lifo(true).build();
    push(10_000, _ -> lifo);
    long passed =
        keys.by(
            () -> {
              for (int i = 0; i < 5000; i++) {
                push(1, _ -> lifo);
                consume(1);
              }
            });
    assertThat(passed).isLessThan(10_000);
  }

  @Test
  void alternatingPrioritiesStayFlat() {
    IntFunction<JobOptions> mixed = i -> JobOptions.builder().priority(i % 7).build();
    push(100_000, mixed);
    consume(50_000);
    long passed =
        keys.by(
            () -> {
              for (int round = 0; round < 50; round++) {
                push(1000, mixed);
                consume(1000);
              }
            });
    assertThat(passed / 50).isLessThan(20_000);
  }

  private void push(int count, IntFunction<JobOptions> options) {
    for (int i = 0; i < count; ) {
      var batch = new ArrayList<NewJob>();
      for (int end = Math.min(count, i + 1000); i < end; i++) {
        batch.add(new NewJob(Payload.json("{}"), options.apply(i)));
      }
      cluster.apply(new Command.PushJobs(queue.name(), batch));
      cluster.log().clear();
    }
  }

  private void consume(int count) {
    for (int left = count; left > 0; ) {
      List<JobView> jobs = queue.pull(Math.min(left, 100));
      assertThat(jobs).isNotEmpty();
      left -= jobs.size();
      cluster.apply(
          new Command.AckJobs(
              jobs.stream()
                  .map(job -> new Command.Ack(new Claim(job.id(), job.lease()), null))
                  .toList()));
      cluster.log().clear();
    }
  }

  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /**
   * The engine alone: fills a queue with so many jobs, consumes a tenth, restarts. To be run by
   * hand with the test class path, {@code -Xmx512m} and two arguments: an empty folder and the
   * number of jobs.
   */
  public static void main(String[] arguments) {
    var test = new BacklogTest();
    test.folder = Path.of(arguments[0]);
    test.open();
    int jobs = Integer.parseInt(arguments[1]);
    test.time("fill", () -> test.push(jobs, _ -> JobOptions.DEFAULTS));
    test.time("consume a tenth", () -> test.consume(jobs / 10));
    test.time("restart", test.cluster::restart);
    test.time("first pull", () -> test.consume(1));
    test.time("consume 10000", () -> test.consume(10_000));
    test.close();
  }

  private void time(String what, Runnable action) {
    long start = System.nanoTime();
    long passed = keys.by(action);
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    System.out.println(
        what + ": " + time + ", keys passed " + passed + ", heap " + (usedMemory() >> 20) + " MiB");
  }
}
