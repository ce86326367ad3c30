package dev.flashq.bench;

import dev.flashq.client.FlashQ;
import dev.flashq.client.QueueCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/** The workloads. Each uses a queue of its own and leaves it empty. */
final class Workloads {
  /** A pattern for the queues of all workloads. */
  static final String QUEUES = "bench-*";

  private static final Duration DRAIN_LIMIT = Duration.ofMinutes(5);

  private final Supplier<FlashQ> clients;
  private final Settings settings;
  private final Payload payload;
  private final Supplier<Map<String, NodeUse>> nodes;
  private int queues;

  /**
   * @param nodes what each has used so far; nothing of a target
   */
  Workloads(Supplier<FlashQ> clients, Settings settings, Supplier<Map<String, NodeUse>> nodes) {
    this.nodes = nodes;
    this.clients = clients;
    this.settings = settings;
    this.payload = new Payload(settings.payloadBytes());
  }

  /** Full cycles, not measured, until the code is compiled and caches are warm. */
  void warmUp() {
    cycles(settings.warmup(), 0, () -> {}, "warm-up", "");
  }

  /** W1: single pushes, pipelined. */
  Result pushes() {
    return pushes("W1", "single pushes, " + settings.unanswered() + " unanswered", false);
  }

  /** W1b: pushes in batches. */
  Result batchPushes() {
    return pushes("W1b", "pushes in batches of " + settings.batch(), true);
  }

  private Result pushes(String workload, String what, boolean batches) {
    String queue = "bench-" + workload + "-" + ++queues;
    Ledger ledger = new Ledger();
    List<FlashQ> connections = connect();
    // In batches two on the way per connection keep the leader busy.
    int unanswered = batches ? 2 : settings.unanswered() / settings.connections();
    var pushers = new ArrayList<Pusher>();
    connections.forEach(
        client -> pushers.add(new Pusher(client, queue, payload, ledger, unanswered, () -> {})));
    long start = System.nanoTime();
    long end = start + settings.duration().toNanos();
    var threads = new ArrayList<Thread>();
    for (Pusher pusher : pushers) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (System.nanoTime() < end) {
                      if (batches) {
                        pusher.pushBatch(settings.batch());
                      } else {
                        pusher.push();
                      }
                    }
                    pusher.settle(unanswered);
                  }));
    }
    join(threads);
    double seconds = (System.nanoTime() - start) / 1e9;
    Histogram latency = merged(pushers.stream().map(Pusher::latency).toList());
    long answered = pushers.stream().mapToLong(Pusher::answered).sum();
    long failed = pushers.stream().mapToLong(Pusher::failed).sum();
    drain(queue, ledger, connections);
    connections.forEach(FlashQ::close);
    return result(workload, what)
        .figure("pushes_per_s", answered / seconds)
        .latencies("answer", latency)
        .figure("failed", failed)
        .delivery(ledger)
        .build();
  }

  /** W2: full cycles. */
  Result cycles() {
    return cycles(settings.duration(), 0, () -> {}, "W2", "push, pull by 100, ack one by one");
  }

  /** W4: cycles at a given rate while the leader is killed. */
  Result failover(double cyclesPerSecond, Runnable killLeader) {
    return cycles(
        settings.duration(),
        cyclesPerSecond,
        killLeader,
        "W4",
        String.format(Locale.ROOT, "leader killed at %,.0f cycles/s", cyclesPerSecond));
  }

  /** W5: cycles at a given rate. */
  Result steady(double cyclesPerSecond) {
    return cycles(
        settings.duration(),
        cyclesPerSecond,
        () -> {},
        "W5",
        String.format(Locale.ROOT, "%,.0f cycles/s", cyclesPerSecond));
  }

  private Result cycles(
      Duration duration, double rate, Runnable halfway, String workload, String what) {
    String queue = "bench-" + workload + "-" + ++queues;
    Ledger ledger = new Ledger();
    Semaphore outstanding = new Semaphore(settings.outstanding());
    List<FlashQ> connections = connect();
    var workers = new ArrayList<Worker>();
    connections.forEach(
        client ->
            workers.add(
                new Worker(client, queue, payload, ledger, true, job -> outstanding.release())));
    int unanswered = settings.unanswered() / settings.connections();
    var pushers = new ArrayList<Pusher>();
    connections.forEach(
        client ->
            pushers.add(
                new Pusher(client, queue, payload, ledger, unanswered, outstanding::release)));
    var meter = new Meter(nodes);
    long start = System.nanoTime();
    long end = start + duration.toNanos();
    var threads = new ArrayList<Thread>();
    for (Pusher pusher : pushers) {
      Pace pace = new Pace(rate / settings.connections(), System::nanoTime);
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (System.nanoTime() < end) {
                      pace.await();
                      outstanding.acquireUninterruptibly();
                      pusher.push();
                    }
                    pusher.settle(unanswered);
                  }));
    }
    LockSupport.parkNanos(Math.max(0, start + duration.toNanos() / 2 - System.nanoTime()));
    halfway.run();
    join(threads);
    double seconds = (System.nanoTime() - start) / 1e9;
    Meter.Reading used = meter.read();
    long acked = workers.stream().mapToLong(Worker::acked).sum();
    finish(queue, ledger, connections.getFirst());
    workers.forEach(Worker::close);
    connections.forEach(FlashQ::close);
    return result(workload, what)
        .used(used)
        .figure("cycles_per_s", acked / seconds)
        .latencies("push_answer", merged(pushers.stream().map(Pusher::latency).toList()))
        .latencies("push_to_ack", merged(workers.stream().map(Worker::latency).toList()))
        .figure(
            "longest_pause_ms",
            pushers.stream().mapToLong(Pusher::longestPause).max().orElse(0) / 1e6)
        .figure("failed_pushes", pushers.stream().mapToLong(Pusher::failed).sum())
        .figure("failed_pulls_acks", workers.stream().mapToLong(Worker::failed).sum())
        .delivery(ledger)
        .build();
  }

  /** W3: one push at a time. */
  Result oneByOne() {
    String queue = "bench-W3-" + ++queues;
    Ledger ledger = new Ledger();
    try (FlashQ client = clients.get()) {
      Pusher pusher = new Pusher(client, queue, payload, ledger, 1, () -> {});
      var meter = new Meter(nodes);
      long start = System.nanoTime();
      long end = start + settings.duration().toNanos();
      while (System.nanoTime() < end) {
        pusher.push();
      }
      pusher.settle(1);
      double seconds = (System.nanoTime() - start) / 1e9;
      Meter.Reading used = meter.read();
      drain(queue, ledger, List.of(client));
      return result("W3", "one push at a time")
          .figure("pushes_per_s", pusher.answered() / seconds)
          .latencies("answer", pusher.latency())
          .perEntry(used, pusher.answered())
          .figure("failed", pusher.failed())
          .delivery(ledger)
          .build();
    }
  }

  private Result.Builder result(String workload, String what) {
    return new Result.Builder(workload, settings.encrypted() ? what + ", encrypted" : what);
  }

  private List<FlashQ> connect() {
    var connections = new ArrayList<FlashQ>();
    for (int i = 0; i < settings.connections(); i++) {
      connections.add(clients.get());
    }
    return connections;
  }

  /** Takes out everything that was pushed; what is left after the limit counts as lost. */
  private void drain(String queue, Ledger ledger, List<FlashQ> connections) {
    var workers = new ArrayList<Worker>();
    for (FlashQ client : connections) {
      workers.add(new Worker(client, queue, payload, ledger, false, job -> {}));
    }
    finish(queue, ledger, connections.getFirst());
    workers.forEach(Worker::close);
  }

  /** Until all is acknowledged and nothing is left, or for so long. */
  private static void finish(String queue, Ledger ledger, FlashQ client) {
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (System.nanoTime() < end) {
      if (ledger.isSettled()) {
        ledger.left(left(queue, client));
        if (ledger.leftCount() == 0) {
          return;
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static long left(String queue, FlashQ client) {
    QueueCounts counts = client.counts(queue).join();
    return counts.waiting() + counts.active() + counts.delayed();
  }

  private static Histogram merged(List<Histogram> parts) {
    Histogram whole = new Histogram(120_000_000_000L, 3);
    parts.forEach(whole::add);
    return whole;
  }

  private static void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** An even rate; 0 is no limit. */
  private static final class Pace {
    private final long gapNanos;
    private final LongSupplier clock;
    private long next;

    Pace(double perSecond, LongSupplier clock) {
      this.gapNanos = perSecond > 0 ? (long) (1e9 / perSecond) : 0;
      this.clock = clock;
      this.next = clock.getAsLong();
    }

    void await() {
      if (gapNanos == 0) {
        return;
      }
      long now = clock.getAsLong();
      // After a pause the missed ones are not made up: the rate is an upper limit.
      next = Math.max(next + gapNanos, now - TimeUnit.MILLISECONDS.toNanos(10));
      if (next > now) {
        LockSupport.parkNanos(next - now);
      }
    }
  }
}
