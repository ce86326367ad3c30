package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.Job;
import dev.flashq.client.PushOptions;
import dev.flashq.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Clients that push, and workers that pull and acknowledge, until they are told to stop. */
final class Workload implements AutoCloseable {
  private static final int UNANSWERED = 200;

  /** Jobs that may be on their way; more would only make the end of a test slow. */
  private static final int UNFINISHED = 1000;

  /** What a short mail has. */
  private static final String TEXT = "x".repeat(1000);

  private static final long PAUSE_NANOS = 1_000_000;
  private static final Set<ErrorCode> GONE = Set.of(ErrorCode.LEASE_LOST, ErrorCode.JOB_NOT_FOUND);
  private static final PushOptions OPTIONS =
      PushOptions.DEFAULTS.withStallTimeout(Duration.ofSeconds(5));

  private final long betweenNanos;
  private final String queue;
  private final History history;
  private final FlashQ pusher;
  private final FlashQ worker;
  private final Semaphore unanswered = new Semaphore(UNANSWERED);
  private final AtomicLong number = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean pushing = true;
  private volatile boolean working = true;

  Workload(List<String> addresses, String queue, History history) {
    this(addresses, "", queue, history);
  }

  Workload(List<String> addresses, String token, String queue, History history) {
    this(addresses, token, queue, history, Duration.ZERO);
  }

  /**
   * @param between time between two pushes; without one, as many as the cluster takes
   */
  Workload(List<String> addresses, String token, String queue, History history, Duration between) {
    this.betweenNanos = between.toNanos();
    this.queue = queue;
    this.history = history;
    this.pusher = connect(addresses, token);
    this.worker = connect(addresses, token);
    threads.add(Thread.ofPlatform().name("pusher").start(this::push));
    for (int i = 0; i < 3; i++) {
      threads.add(Thread.ofPlatform().name("worker-" + i).start(this::work));
    }
  }

  private static FlashQ connect(List<String> addresses, String token) {
    return FlashQ.at(addresses).token(token).timeout(Duration.ofSeconds(30)).connect();
  }

  private void push() {
    while (pushing) {
      if (history.pushedCount() - history.ackedCount() > UNFINISHED) {
        LockSupport.parkNanos(PAUSE_NANOS);
        continue;
      }
      LockSupport.parkNanos(betweenNanos);
      unanswered.acquireUninterruptibly();
      var _ =
          pusher
              .push(queue, Data.of(number.incrementAndGet() + TEXT), OPTIONS)
              .whenComplete(
                  (id, failure) -> {
                    unanswered.release();
                    if (failure == null) {
                      history.pushed(id);
                    } else {
                      history.pushUnknown();
                    }
                  });
    }
  }

  private void work() {
    while (working) {
      try {
        List<Job> jobs = worker.pull(queue, 50, Duration.ofMillis(200)).join();
        List<CompletableFuture<Void>> acks = jobs.stream().map(this::ack).toList();
        acks.forEach(CompletableFuture::join);
      } catch (CompletionException e) {
        // No answer within 30 s: the checker will see whether anything is missing.
      }
    }
  }

  /** Fails only when the outcome is unknown; a lost lease means that somebody else has the job. */
  private CompletableFuture<Void> ack(Job job) {
    return worker
        .ack(job)
        .handle(
            (_, failure) -> {
              if (failure == null) {
                history.acked(job.id());
              } else if (!(failure instanceof FlashQException refusal)
                  || !GONE.contains(refusal.code())) {
                history.ackUnknown(job.id());
                throw new CompletionException(failure);
              }
              return null;
            });
  }

  /** Returns when all pushes have their answers. */
  private void stopPushing() {
    pushing = false;
    history.ends();
    unanswered.acquireUninterruptibly(UNANSWERED);
    unanswered.release(UNANSWERED);
  }

  /** No more pushes; returns when all jobs have gone all the way. */
  void finish(Duration limit) {
    stopPushing();
    await().atMost(limit).untilAsserted(() -> assertThat(history.lost()).isEmpty());
  }

  @Override
  public void close() {
    pushing = false;
    working = false;
    for (Thread thread : threads) {
      try {
        thread.join(40_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    pusher.close();
    worker.close();
  }
}
