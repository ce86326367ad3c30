package dev.flashq.client;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Text;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A job that a worker was given: handled, and then acknowledged or failed; or given back. */
final class Delivery {
  /** Bytes of what a failure says. */
  static final int ERROR_BYTES = 4096;

  /** How often the end of a job is told to the cluster, which may take seconds each time. */
  private static final int TRIES = 8;

  private static final Duration SHORTEST_PULSE = Duration.ofMillis(100);

  /** Somebody else has the job, or nobody: nothing is left to say of it. */
  private static final Set<ErrorCode> GONE = Set.of(ErrorCode.LEASE_LOST, ErrorCode.JOB_NOT_FOUND);

  /** The job's result has nothing to do with it. */
  private static final Set<ErrorCode> NOT_FOR_RESULT =
      Set.of(ErrorCode.FORBIDDEN, ErrorCode.WRONG_STATE);

  private final Worker worker;
  private final Job job;
  private final Worker.@Nullable Handler handler;
  private final Thread thread;
  private final Thread pulse;
  private volatile boolean gone;
  private boolean handling;

  /**
   * @param handler null: the job is given back
   */
  Delivery(Worker worker, Job job, Worker.@Nullable Handler handler) {
    this.worker = worker;
    this.job = job;
    this.handler = handler;
    String name = "flashq-job-" + job.id();
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    this.pulse = Thread.ofVirtual().name(name + "-pulse").unstarted(this::renewLease);
  }

  void start() {
    thread.start();
  }

  /** Whether it takes one of the worker's slots. */
  boolean isHandled() {
    return handler != null;
  }

  void await(long endNanos) throws InterruptedException {
    thread.join(Duration.ofNanos(Math.max(0, endNanos - System.nanoTime())));
  }

  /** Whether the caller is its handler. */
  boolean isMine() {
    return Thread.currentThread() == thread;
  }

  /** Interrupts the handler, if that is at work. */
  synchronized void interrupt() {
    if (handling) {
      thread.interrupt();
    }
  }

  /** Lets the lease run out. */
  void giveUp() {
    pulse.interrupt();
    problem("is given up, because it does not end");
  }

  private void run() {
    pulse.start();
    try {
      if (handler == null) {
        tellUnlessNull("given back", end(() -> worker.client().giveBack(job, Duration.ZERO)));
      } else {
        handle(handler);
      }
    } catch (InterruptedException e) {
      problem("has ended, and that was not told");
    } finally {
      pulse.interrupt();
      worker.ended(this);
    }
  }

  // Whatever a handler throws, also on data that was made to exhaust it, ends this job alone.
  private void handle(Worker.Handler with) throws InterruptedException {
    Data result;
    try {
      handling(true);
      result = with.handle(job);
      handling(false);
    } catch (Throwable e) {
      handling(false);
      fail(describe(e));
      return;
    }
    FlashQException refusal =
        end(() -> result == null ? worker.client().ack(job) : worker.client().ack(job, result));
    if (refusal != null && NOT_FOR_RESULT.contains(refusal.code())) {
      tellUnlessNull("acknowledged", refusal);
    } else if (refusal != null) {
      fail("the result was refused: " + refusal.getMessage());
    }
  }

  /** After the end nobody interrupts any more, and what came late is forgotten. */
  private synchronized void handling(boolean begins) {
    handling = begins;
    if (!begins) {
      Thread.interrupted();
    }
  }

  private void fail(String error) throws InterruptedException {
    tellUnlessNull("failed", end(() -> worker.client().fail(job, Text.cut(error, ERROR_BYTES))));
  }

  private void tellUnlessNull(String what, @Nullable FlashQException refusal) {
    if (refusal != null) {
      problem("could not be " + what + ": " + refusal.getMessage());
    }
  }

  private void problem(String sentence) {
    worker.problem("job " + job.id() + " " + sentence);
  }

  private static String describe(Throwable e) {
    String name = e.getClass().getSimpleName();
    try {
      return e.getMessage() == null ? name : name + ": " + e.getMessage();
    } catch (RuntimeException broken) {
      return name;
    }
  }

  /**
   * Tells the cluster what became of the job, again and again while it cannot be reached; the lease
   * is renewed meanwhile.
   *
   * @return why it was refused for good; null when it was not, or is somebody else's by now
   */
  private @Nullable FlashQException end(Supplier<CompletableFuture<Void>> request)
      throws InterruptedException {
    var backoff = new Backoff();
    for (int tries = 1; !gone; tries++) {
      FlashQException refusal = refusal(request.get());
      if (refusal == null || GONE.contains(refusal.code())) {
        return null;
      }
      if (!mayPass(refusal.code())) {
        return refusal;
      }
      if (tries == TRIES) {
        problem("is left to its lease after " + tries + " tries: " + refusal.getMessage());
        return null;
      }
      TimeUnit.NANOSECONDS.sleep(backoff.pauseNanos());
    }
    return null;
  }

  private static boolean mayPass(ErrorCode code) {
    return code.retryable() || LeaderSearch.NO_ACCESS.contains(code);
  }

  private static @Nullable FlashQException refusal(CompletableFuture<?> answer)
      throws InterruptedException {
    try {
      answer.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause() instanceof FlashQException refusal
          ? refusal
          : new FlashQException(ErrorCode.INVALID_REQUEST, String.valueOf(e.getCause()));
    }
  }

  /** Until it is interrupted, or there is no lease any more. */
  private void renewLease() {
    Duration third = job.leaseTime().dividedBy(3);
    Duration every = third.compareTo(SHORTEST_PULSE) < 0 ? SHORTEST_PULSE : third;
    try {
      while (!gone) {
        Thread.sleep(every);
        FlashQException refusal = refusal(worker.client().heartbeat(job));
        if (refusal != null && GONE.contains(refusal.code())) {
          gone = true;
          interrupt();
        }
      }
    } catch (InterruptedException e) {
      // The job has ended.
    }
  }
}
