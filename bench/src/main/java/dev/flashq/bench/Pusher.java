package dev.flashq.bench;

import dev.flashq.client.FlashQ;
import dev.flashq.client.NewJob;
import dev.flashq.client.PushResult;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Pushes without waiting for the answers, up to a number of unanswered ones. */
final class Pusher {
  private final FlashQ client;
  private final String queue;
  private final Payload payload;
  private final Ledger ledger;
  private final Semaphore unanswered;
  private final Runnable onFailure;
  private final Histogram latency = new ConcurrentHistogram(60_000_000_000L, 3);
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong lastAnswer = new AtomicLong();
  private final AtomicLong longestPause = new AtomicLong();

  /**
   * @param unanswered pushes in flight at most
   * @param onFailure called for each job that was not accepted
   */
  Pusher(
      FlashQ client,
      String queue,
      Payload payload,
      Ledger ledger,
      int unanswered,
      Runnable onFailure) {
    this.client = client;
    this.queue = queue;
    this.payload = payload;
    this.ledger = ledger;
    this.unanswered = new Semaphore(unanswered);
    this.onFailure = onFailure;
  }

  /** Pushes one job; blocks while too many are unanswered. */
  void push() {
    unanswered.acquireUninterruptibly();
    long start = System.nanoTime();
    var _ =
        client
            .push(queue, payload.now())
            .whenComplete(
                (id, failure) -> {
                  unanswered.release();
                  answer(start, 1, failure == null ? new long[] {id} : new long[0]);
                });
  }

  void pushBatch(int size) {
    unanswered.acquireUninterruptibly();
    var jobs = new ArrayList<NewJob>(size);
    for (int i = 0; i < size; i++) {
      jobs.add(new NewJob(payload.now()));
    }
    long start = System.nanoTime();
    var _ =
        client
            .pushAll(queue, jobs)
            .whenComplete(
                (results, failure) -> {
                  unanswered.release();
                  answer(
                      start,
                      size,
                      failure == null
                          ? results.stream()
                              .filter(result -> result.refusal() == null)
                              .mapToLong(PushResult::id)
                              .toArray()
                          : new long[0]);
                });
  }

  private void answer(long start, int jobs, long[] ids) {
    long now = System.nanoTime();
    for (int i = ids.length; i < jobs; i++) {
      failed.incrementAndGet();
      onFailure.run();
    }
    if (ids.length == 0) {
      pauseUntil(now, lastAnswer.get());
      return;
    }
    latency.recordValue(Math.min(now - start, 60_000_000_000L));
    answered.addAndGet(ids.length);
    pauseUntil(now, lastAnswer.getAndSet(now));
    for (long id : ids) {
      ledger.pushed(id);
    }
  }

  private void pauseUntil(long now, long before) {
    if (before != 0 && now - before > longestPause.get()) {
      longestPause.accumulateAndGet(now - before, Math::max);
    }
  }

  /** Waits for all answers; there is one to each push, since the client has a deadline. */
  void settle(int permits) {
    unanswered.acquireUninterruptibly(permits);
    unanswered.release(permits);
  }

  long answered() {
    return answered.get();
  }

  long failed() {
    return failed.get();
  }

  /** Nanoseconds of the latency of each answer. */
  Histogram latency() {
    return latency;
  }

  /** Nanoseconds of the longest time without an answered push, of this one alone. */
  long longestPause() {
    return longestPause.get();
  }
}
