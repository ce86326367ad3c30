package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
  private static final Duration SOON = Duration.ofSeconds(15);

  private FakeNode node;
  private FlashQ client;
  private final Queue<String> jobs = new ConcurrentLinkedQueue<>();
  private final List<String> problems = new CopyOnWriteArrayList<>();

  /** Answers to other requests than pulls; null: OK. */
  private volatile Function<String, @Nullable String> other = _ -> null;

  @BeforeEach
  void start() throws IOException {
    node = new FakeNode();
    node.script =
        request -> {
          String answer = other.apply(request);
          if (answer != null) {
            return answer;
          }
          return request.contains("PULLB") ? delivery() : "\"ok\":true";
        };
    client = FlashQ.at(node.address()).timeout(Duration.ofSeconds(2)).connect();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    node.close();
  }

  private String delivery() {
    String job = jobs.poll();
    return "\"ok\":true,\"jobs\":[" + (job == null ? "" : job) + "]";
  }

  private static String job(int id, String data) {
    return job(id, data, 0);
  }

  private static String job(int id, String data, int stallTimeout) {
    return "{\"id\":"
        + id
        + ",\"queue\":\"q\",\"data\":"
        + data
        + ",\"lease\":3,\"stall_timeout\":"
        + (stallTimeout == 0 ? "null" : stallTimeout)
        + "}";
  }

  private Worker worker(Worker.Handler handler) {
    return worker(handler, 10);
  }

  private Worker worker(Worker.Handler handler, int concurrency) {
    return new Worker(
        client,
        "q",
        handler,
        WorkerOptions.DEFAULTS
            .withConcurrency(concurrency)
            .withPullWait(Duration.ofMillis(100))
            .withCloseWait(Duration.ofSeconds(5))
            .withProblems(problems::add));
  }

  private String first(String cmd) {
    return await().atMost(SOON).until(() -> node.of(cmd), found -> !found.isEmpty()).getFirst();
  }

  private static void block() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted");
    }
  }

  @Test
  void acknowledgesUnderTheLeaseWithWhatTheHandlerReturns() {
    jobs.add(job(7, "{\"a\":1}"));
    jobs.add(job(8, "null"));
    try (Worker _ = worker(job -> job.id() == 7 ? Data.of("done") : null)) {
      await().atMost(SOON).until(() -> node.of("ACK").size() == 2);
    }
    assertThat(node.of("ACK"))
        .anySatisfy(ack -> assertThat(ack).contains("\"id\":7,\"lease\":3,\"result\":\"done\""))
        .anySatisfy(
            ack -> assertThat(ack).contains("\"id\":8,\"lease\":3").doesNotContain("result"));
    assertThat(problems).isEmpty();
  }

  @Test
  void failsTheAttemptWithABoundedMessage() {
    jobs.add(job(7, "1"));
    try (Worker _ =
        worker(
            _ -> {
              throw new IOException("ä".repeat(100_000));
            })) {
      String fail = first("FAIL");
      assertThat(fail).contains("\"id\":7,\"lease\":3", "\"error\":\"IOException: ää");
      assertThat(fail.length()).isLessThan(Delivery.ERROR_BYTES);
    }
    assertThat(node.of("ACK")).isEmpty();
    assertThat(node.of("FAIL")).hasSize(1);
  }

  @Test
  void goesOnAfterDataThatExhaustsTheHandler() {
    jobs.add(job(7, "1"));
    jobs.add(job(8, "2"));
    try (Worker _ =
        worker(
            job -> {
              if (job.id() == 7) {
                throw new StackOverflowError();
              }
              return null;
            })) {
      assertThat(first("FAIL")).contains("\"id\":7", "\"error\":\"StackOverflowError\"");
      assertThat(first("ACK")).contains("\"id\":8");
    }
  }

  @Test
  void takesNoMoreThanItCanBegin() {
    for (int i = 1; i <= 20; i++) {
      jobs.add(job(i, "1"));
    }
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    var end = new CountDownLatch(1);
    try (Worker _ =
        worker(
            _ -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              end.await();
              running.decrementAndGet();
              return null;
            },
            3)) {
      await().atMost(SOON).until(() -> running.get() == 3);
      await().during(Duration.ofMillis(500)).atMost(SOON).until(() -> jobs.size() == 17);
      end.countDown();
      await().atMost(SOON).until(() -> node.of("ACK").size() == 20);
    }
    assertThat(most).hasValue(3);
    assertThat(node.of("PULLB"))
        .allSatisfy(pull -> assertThat(pull).containsPattern("\"count\":[123],"));
  }

  @Test
  void renewsTheLeaseWhileTheHandlerIsAtWork() {
    jobs.add(job(7, "1", 600));
    var end = new CountDownLatch(1);
    try (Worker _ =
        worker(
            _ -> {
              end.await();
              return null;
            })) {
      await().atMost(SOON).until(() -> node.of("HEARTBEAT").size() >= 3);
      assertThat(node.of("HEARTBEAT"))
          .allSatisfy(r -> assertThat(r).contains("\"id\":7,\"lease\":3"));
      end.countDown();
      first("ACK");
      int beats = node.of("HEARTBEAT").size();
      await()
          .during(Duration.ofMillis(700))
          .atMost(SOON)
          .until(() -> node.of("HEARTBEAT").size() <= beats + 1);
    }
  }

  @Test
  void leavesAJobWhoseLeaseIsLost() throws InterruptedException {
    other =
        request ->
            request.contains("HEARTBEAT")
                ? "\"ok\":false,\"error\":\"lost\",\"code\":\"LEASE_LOST\""
                : null;
    jobs.add(job(7, "1", 300));
    var interrupted = new CountDownLatch(1);
    try (Worker _ =
        worker(
            _ -> {
              try {
                block();
              } finally {
                interrupted.countDown();
              }
              return null;
            })) {
      interrupted.await();
    }
    assertThat(node.of("ACK")).isEmpty();
    assertThat(node.of("FAIL")).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void stopsQuietlyWhenTheAckFindsTheLeaseLost() {
    other =
        request ->
            request.contains("\"ACK\"")
                ? "\"ok\":false,\"error\":\"lost\",\"code\":\"LEASE_LOST\""
                : null;
    jobs.add(job(7, "1"));
    try (Worker _ = worker(_ -> null)) {
      first("ACK");
    }
    assertThat(node.of("ACK")).hasSize(1);
    assertThat(node.of("FAIL")).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void tellsTheEndAgainUntilItIsTaken() {
    var tries = new AtomicInteger();
    other =
        request ->
            request.contains("\"ACK\"") && tries.incrementAndGet() < 3
                ? "\"ok\":false,\"error\":\"a bug\",\"code\":\"INTERNAL_ERROR\""
                : null;
    jobs.add(job(7, "1"));
    try (Worker _ = worker(_ -> Data.of(1))) {
      await().atMost(SOON).until(() -> node.of("ACK").size() == 3);
    }
    assertThat(node.of("FAIL")).isEmpty();
  }

  @Test
  void failsAJobWhoseResultIsRefused() {
    other =
        request ->
            request.contains("\"ACK\"")
                ? "\"ok\":false,\"error\":\"too large\",\"code\":\"DATA_TOO_LARGE\""
                : null;
    jobs.add(job(7, "1"));
    try (Worker _ = worker(_ -> Data.of("x"))) {
      assertThat(first("FAIL"))
          .contains("the result was refused: DATA_TOO_LARGE: too large", "\"lease\":3");
    }
    assertThat(node.of("ACK")).hasSize(1);
  }

  @Test
  void tellsOfWhatItMayNotDo() {
    other =
        request ->
            request.contains("PULLB")
                ? null
                : "\"ok\":false,\"error\":\"not allowed\",\"code\":\"FORBIDDEN\"";
    jobs.add(job(7, "1"));
    jobs.add(job(8, "2"));
    try (Worker _ =
        worker(
            job -> {
              if (job.id() == 7) {
                throw new IOException("no");
              }
              return Data.of("done");
            })) {
      await().atMost(SOON).until(() -> problems.size() == 2);
    }
    assertThat(problems)
        .containsExactlyInAnyOrder(
            "worker of queue q: job 7 could not be failed: FORBIDDEN: not allowed",
            "worker of queue q: job 8 could not be acknowledged: FORBIDDEN: not allowed");
    assertThat(node.of("FAIL")).hasSize(1);
  }

  @Test
  void pullsAgainAfterRefusalsWithGrowingPauses() {
    var refused = new AtomicBoolean(true);
    other =
        request ->
            request.contains("PULLB") && refused.get()
                ? "\"ok\":false,\"error\":\"no\",\"code\":\"FORBIDDEN\""
                : null;
    jobs.add(job(7, "1"));
    try (Worker _ = worker(_ -> null)) {
      await().atMost(SOON).until(() -> problems.size() == 3);
      refused.set(false);
      first("ACK");
    }
    assertThat(problems.getFirst())
        .isEqualTo(
            "worker of queue q: no jobs could be pulled: "
                + "dev.flashq.client.FlashQException: FORBIDDEN: no");
    assertThat(node.of("PULLB").size()).isLessThan(30);
  }

  @Test
  void waitsForHandlersWhenItIsClosed() {
    jobs.add(job(7, "1"));
    var begun = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    Worker worker =
        worker(
            _ -> {
              begun.countDown();
              end.await();
              return null;
            });
    Thread closer = Thread.ofVirtual().unstarted(worker::close);
    await().atMost(SOON).until(() -> begun.getCount() == 0);
    closer.start();
    await().during(Duration.ofMillis(500)).atMost(SOON).until(closer::isAlive);
    end.countDown();
    await().atMost(SOON).until(() -> !closer.isAlive());
    assertThat(node.of("ACK")).hasSize(1);
    int pulls = node.of("PULLB").size();
    jobs.add(job(8, "1"));
    await()
        .during(Duration.ofMillis(500))
        .atMost(SOON)
        .until(() -> node.of("PULLB").size() == pulls);
  }

  @Test
  void givesBackWhatArrivesWhileItIsClosed() {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    other =
        request -> {
          if (request.contains("PULLB")) {
            asked.countDown();
            try {
              answer.await();
            } catch (InterruptedException e) {
              return null;
            }
          }
          return null;
        };
    jobs.add(job(7, "1"));
    Worker worker =
        worker(
            _ -> {
              throw new AssertionError("it was begun");
            });
    Thread closer = Thread.ofVirtual().unstarted(worker::close);
    await().atMost(SOON).until(() -> asked.getCount() == 0);
    closer.start();
    await().during(Duration.ofMillis(200)).atMost(SOON).until(closer::isAlive);
    answer.countDown();
    await().atMost(SOON).until(() -> !closer.isAlive());

    assertThat(first("MOVETODELAYED")).contains("\"id\":7,\"lease\":3,\"delay\":0");
    assertThat(node.of("FAIL")).isEmpty();
  }

  @Test
  void interruptsHandlersThatTakeTooLongToEnd() {
    jobs.add(job(7, "1"));
    var begun = new CountDownLatch(1);
    try (Worker _ =
        new Worker(
            client,
            "q",
            _ -> {
              begun.countDown();
              block();
              return null;
            },
            WorkerOptions.DEFAULTS
                .withPullWait(Duration.ofMillis(100))
                .withCloseWait(Duration.ofMillis(300)))) {
      await().atMost(SOON).until(() -> begun.getCount() == 0);
    }
    assertThat(node.of("FAIL")).singleElement().asString().contains("interrupted");
  }

  @Test
  void givesUpHandlersThatDoNotEnd() {
    jobs.add(job(7, "1", 300));
    var begun = new CountDownLatch(1);
    var stubborn = new AtomicBoolean(true);
    long start = System.nanoTime();
    try (Worker _ =
        new Worker(
            client,
            "q",
            _ -> {
              begun.countDown();
              while (stubborn.get()) {
                Thread.onSpinWait();
                Thread.yield();
              }
              return null;
            },
            WorkerOptions.DEFAULTS
                .withPullWait(Duration.ofMillis(100))
                .withCloseWait(Duration.ofMillis(300))
                .withProblems(problems::add))) {
      await().atMost(SOON).until(() -> begun.getCount() == 0);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(problems)
        .containsExactly("worker of queue q: job 7 is given up, because it does not end");
    int beats = node.of("HEARTBEAT").size();
    await()
        .during(Duration.ofMillis(500))
        .atMost(SOON)
        .until(() -> node.of("HEARTBEAT").size() <= beats + 1);
    stubborn.set(false);
  }

  @Test
  void mayBeClosedByItsHandler() {
    jobs.add(job(7, "1"));
    var self = new CompletableFuture<Worker>();
    var closed = new AtomicBoolean();
    Worker worker =
        worker(
            _ -> {
              self.get().close();
              closed.set(true);
              return null;
            });
    self.complete(worker);
    first("ACK");
    assertThat(closed).isTrue();
    worker.close();
    assertThat(problems).isEmpty();
  }

  @Test
  void survivesANodeThatGoes() throws IOException {
    jobs.add(job(7, "1"));
    try (FakeNode heir = new FakeNode();
        FlashQ both =
            FlashQ.at(node.address(), heir.address()).timeout(Duration.ofSeconds(5)).connect();
        Worker _ =
            new Worker(both, "q", _ -> null, WorkerOptions.DEFAULTS.withProblems(problems::add))) {
      heir.script = request -> request.contains("PULLB") ? delivery() : "\"ok\":true";
      heir.leaderAddress = node.address();
      first("ACK");
      heir.leaderAddress = heir.address();
      node.close();
      jobs.add(job(8, "1"));
      await()
          .atMost(SOON)
          .until(() -> heir.of("ACK").stream().anyMatch(r -> r.contains("\"id\":8")));
    }
  }

  @Test
  void refusesOptionsThatAreNone() {
    assertThatThrownBy(() -> WorkerOptions.DEFAULTS.withConcurrency(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WorkerOptions.DEFAULTS.withConcurrency(1001))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WorkerOptions.DEFAULTS.withPullWait(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
