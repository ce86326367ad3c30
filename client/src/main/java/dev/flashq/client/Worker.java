package dev.flashq.client;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes jobs of a queue and gives each to a handler, on a virtual thread, until it is closed; it
 * keeps the program running as long.
 *
 * <p>What the handler returns is the job's result; what it throws fails the attempt. While it runs,
 * the job's lease is renewed; when the lease is lost all the same, the handler is interrupted and
 * the job is left to whoever has it. Nothing is taken that could not begin at once.
 */
public final class Worker implements AutoCloseable {
  /** How long handlers that were interrupted may take to end. */
  private static final Duration LAST_WAIT = Duration.ofSeconds(2);

  private final FlashQ client;
  private final String queue;
  private final Handler handler;
  private final WorkerOptions options;
  private final Semaphore slots;
  private final Set<Delivery> deliveries = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread puller;

  /** What is to be done with a job. */
  @FunctionalInterface
  public interface Handler {
    /** Answers the job's result; null: it has none. */
    @Nullable Data handle(Job job) throws Exception;
  }

  public Worker(FlashQ client, String queue, Handler handler) {
    this(client, queue, handler, WorkerOptions.DEFAULTS);
  }

  /** The client stays open when the worker is closed. */
  public Worker(FlashQ client, String queue, Handler handler, WorkerOptions options) {
    this.client = client;
    this.queue = queue;
    this.handler = handler;
    this.options = options;
    this.slots = new Semaphore(options.concurrency());
    this.puller = new Thread(this::pull, "flashq-worker-" + queue);
    puller.start();
  }

  private void pull() {
    var backoff = new Backoff();
    try {
      while (!isClosing()) {
        if (pullOnce()) {
          backoff.reset();
        } else {
          closing.await(backoff.pauseNanos(), TimeUnit.NANOSECONDS);
        }
      }
    } catch (InterruptedException e) {
      problem("its thread was interrupted, and takes no more jobs");
    }
  }

  /** Answers whether the next pull may follow at once. */
  private boolean pullOnce() throws InterruptedException {
    slots.acquire();
    int free = 1 + slots.drainPermits();
    int begun = 0;
    long start = System.nanoTime();
    try {
      List<Job> jobs = isClosing() ? List.of() : client.pull(queue, free, options.pullWait()).get();
      for (Job job : jobs) {
        if (begun < free && !isClosing()) {
          begun++;
          deliver(new Delivery(this, job, handler));
        } else {
          deliver(new Delivery(this, job, null));
        }
      }
      // A node that does not let an empty pull wait is not to be asked all the time.
      return !jobs.isEmpty()
          || System.nanoTime() - start >= options.pullWait().dividedBy(2).toNanos();
    } catch (ExecutionException e) {
      problem("no jobs could be pulled: " + e.getCause());
      return false;
    } finally {
      slots.release(free - begun);
    }
  }

  private void deliver(Delivery delivery) {
    deliveries.add(delivery);
    delivery.start();
  }

  void ended(Delivery delivery) {
    deliveries.remove(delivery);
    if (delivery.isHandled()) {
      slots.release();
    }
  }

  FlashQ client() {
    return client;
  }

  void problem(String sentence) {
    try {
      options.problems().accept("worker of queue " + queue + ": " + sentence);
    } catch (RuntimeException e) {
      System.getLogger(Worker.class.getName())
          .log(System.Logger.Level.ERROR, "a problem could not be told: " + sentence, e);
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /**
   * Takes no more jobs, gives back those that arrive all the same, and waits for the handlers.
   * Those that take too long are interrupted; when they go on even so, their jobs are given up, and
   * delivered again when their leases run out.
   */
  @Override
  public void close() {
    closing.countDown();
    slots.release(); // whoever waits for one sees that there is nothing to take any more
    long end = System.nanoTime() + options.closeWait().toNanos();
    try {
      puller.join(Duration.ofSeconds(1).plus(options.pullWait()));
      awaitAll(end);
      others().forEach(Delivery::interrupt);
      awaitAll(System.nanoTime() + LAST_WAIT.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      others().forEach(Delivery::interrupt);
    }
    others().forEach(Delivery::giveUp);
  }

  private void awaitAll(long endNanos) throws InterruptedException {
    for (Delivery delivery : others()) {
      delivery.await(endNanos);
    }
  }

  /** A handler may close its worker: that does not wait for itself. */
  private List<Delivery> others() {
    return deliveries.stream().filter(delivery -> !delivery.isMine()).toList();
  }
}
