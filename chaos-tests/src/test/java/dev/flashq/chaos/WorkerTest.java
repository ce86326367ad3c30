package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.PushOptions;
import dev.flashq.client.Worker;
import dev.flashq.client.WorkerOptions;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client's worker while nodes are killed. */
class WorkerTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path data;
  private static LocalCluster cluster;
  private FlashQ client;

  @BeforeAll
  static void start() throws IOException {
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3, data, 0, BuiltNode.command(), Map.of("FLASHQ_LOG_LEVEL", "warn")))
            .start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void allNodesAreReady() {
    cluster.nodes().stream().filter(node -> !node.isAlive()).forEach(LocalNode::start);
    cluster.awaitReady(START);
    client = FlashQ.at(cluster.addresses()).connect();
  }

  @AfterEach
  void close() {
    client.close();
  }

  private List<Long> push(String queue, int count, PushOptions options) {
    List<CompletableFuture<Long>> pushes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pushes.add(client.push(queue, Data.of(i), options));
    }
    return pushes.stream().map(CompletableFuture::join).toList();
  }

  private Job job(long id) {
    return client.job(id).join().orElseThrow();
  }

  /** The handler takes four leases' time. */
  @Test
  void keepsAJobOverALeaderThatIsKilled() {
    long id =
        push("long", 1, PushOptions.DEFAULTS.withStallTimeout(Duration.ofSeconds(2))).getFirst();
    var begun = new CountDownLatch(1);
    var runs = new AtomicInteger();
    try (Worker _ =
        new Worker(
            client,
            "long",
            _ -> {
              runs.incrementAndGet();
              begun.countDown();
              TimeUnit.SECONDS.sleep(8);
              return Data.of("done");
            })) {
      await().atMost(SOON).until(() -> begun.getCount() == 0);
      cluster.awaitLeader(START).kill();
      await().atMost(SOON).until(() -> job(id).state().equals("completed"));
    }
    assertThat(runs).hasValue(1);
    assertThat(job(id).result()).hasToString("\"done\"");
  }

  @Test
  void goesOnAfterAllNodesWereKilled() {
    List<Long> ids = push("all", 400, PushOptions.DEFAULTS.withStallTimeout(Duration.ofSeconds(5)));
    var done = new AtomicInteger();
    try (Worker _ =
        new Worker(
            client,
            "all",
            job -> {
              TimeUnit.MILLISECONDS.sleep(20);
              done.incrementAndGet();
              return job.data();
            })) {
      await().atMost(SOON).until(() -> done.get() >= 50);
      cluster.nodes().forEach(LocalNode::kill);
      cluster.start().awaitReady(START);
      await().atMost(SOON).until(() -> client.counts("all").join().completed() == 400);
    }
    for (int i = 0; i < ids.size(); i++) {
      Job job = job(ids.get(i));
      assertThat(job.state()).isEqualTo("completed");
      assertThat(job.attempts()).isZero();
      assertThat(job.result()).hasToString(Integer.toString(i));
    }
  }

  @Test
  void handsTheQueueToAnotherOneWhenItIsClosed() {
    List<Long> ids = push("handed", 300, PushOptions.DEFAULTS);
    var runs = new ConcurrentHashMap<Long, Integer>();
    Worker.Handler handler =
        job -> {
          runs.merge(job.id(), 1, Integer::sum);
          TimeUnit.MILLISECONDS.sleep(30);
          return null;
        };
    try (Worker _ = new Worker(client, "handed", handler)) {
      await().atMost(SOON).until(() -> runs.size() >= 60);
    }
    assertThat(client.counts("handed").join().active()).isZero();
    assertThat(client.counts("handed").join().completed()).isEqualTo(runs.size());
    try (Worker _ = new Worker(client, "handed", handler)) {
      await().atMost(SOON).until(() -> client.counts("handed").join().completed() == 300);
    }
    assertThat(runs).containsOnlyKeys(ids).allSatisfy((_, times) -> assertThat(times).isOne());
  }

  /** A pull that waits at a node cannot be called back. */
  @Test
  void givesBackAtOnceWhatArrivesWhileItIsClosed() {
    var options = WorkerOptions.DEFAULTS.withPullWait(Duration.ofSeconds(10));
    Worker worker =
        new Worker(
            client,
            "late",
            _ -> {
              throw new AssertionError("it was begun");
            },
            options);
    await().during(Duration.ofSeconds(1)).atMost(SOON).until(() -> true);
    Thread closing = Thread.ofVirtual().start(worker::close);
    await().during(Duration.ofMillis(300)).atMost(SOON).until(closing::isAlive);
    long id = push("late", 1, PushOptions.DEFAULTS).getFirst();
    await().atMost(SOON).until(() -> !closing.isAlive());

    Job job = job(id);
    assertThat(job.state()).isEqualTo("waiting");
    assertThat(job.attempts()).isZero();
    assertThat(client.pull("late", 1, Duration.ZERO).join())
        .singleElement()
        .satisfies(again -> assertThat(again.lease()).isEqualTo(2));
  }
}
