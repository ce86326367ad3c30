package dev.flashq.bench;

import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Pulls in batches of 100 and acknowledges each job by itself, or (for draining) all of a batch at
 * once.
 */
final class Worker implements AutoCloseable {
  static final int BATCH = 100;
  private static final Duration WAIT = Duration.ofMillis(500);

  private final FlashQ client;
  private final String queue;
  private final Payload payload;
  private final Ledger ledger;
  private final Consumer<Job> done;
  private final boolean singly;
  private final Histogram latency = new ConcurrentHistogram(120_000_000_000L, 3);
  private final AtomicLong acked = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final Thread thread;
  private volatile boolean running = true;

  Worker(
      FlashQ client,
      String queue,
      Payload payload,
      Ledger ledger,
      boolean singly,
      Consumer<Job> done) {
    this.client = client;
    this.queue = queue;
    this.payload = payload;
    this.ledger = ledger;
    this.singly = singly;
    this.done = done;
    this.thread = new Thread(this::work, "bench-worker");
    thread.start();
  }

  private void work() {
    while (running) {
      try {
        finish(client.pull(queue, singly ? BATCH : 1000, WAIT).join());
      } catch (CompletionException e) {
        failed.incrementAndGet();
      }
    }
  }

  /** Acknowledges the jobs whose data is what was pushed. */
  private void finish(List<Job> jobs) {
    var together = new ArrayList<Job>();
    for (Job job : jobs) {
      OptionalLong pushedAt = payload.pushedAt(job.data());
      if (pushedAt.isEmpty()) {
        ledger.damaged();
      } else if (singly) {
        ack(job, pushedAt.getAsLong());
      } else {
        together.add(job);
      }
    }
    if (!together.isEmpty()) {
      ackAll(together);
    }
  }

  private void ack(Job job, long pushedAt) {
    var _ =
        client
            .ack(job)
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    latency.recordValue(
                        Math.clamp(System.nanoTime() - pushedAt, 0, 120_000_000_000L));
                    acked(job);
                  } else {
                    failed.incrementAndGet();
                  }
                });
  }

  /** When some were refused, nobody says which: the ledger then gets none, and is not settled. */
  private void ackAll(List<Job> jobs) {
    long refused = jobs.size() - client.ackAll(jobs).join();
    if (refused > 0) {
      failed.addAndGet(refused);
    } else {
      jobs.forEach(this::acked);
    }
  }

  private void acked(Job job) {
    acked.incrementAndGet();
    ledger.acked(job.id());
    done.accept(job);
  }

  long acked() {
    return acked.get();
  }

  long failed() {
    return failed.get();
  }

  /** Nanoseconds from push to acknowledgement. */
  Histogram latency() {
    return latency;
  }

  @Override
  public void close() {
    running = false;
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
