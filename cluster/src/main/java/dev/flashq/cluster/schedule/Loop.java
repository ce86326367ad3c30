package dev.flashq.cluster.schedule;

import java.util.Comparator;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that runs tasks in their order, and alarms when they are due. A task that throws is
 * logged and keeps nothing else from running. While there is nothing to do it sleeps.
 */
public final class Loop implements Scheduler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final long STOP_MS = 10_000;

  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final TreeSet<Timer> timers =
      new TreeSet<>(Comparator.comparingLong(Timer::dueNanos).thenComparingLong(Timer::number));
  private long timersMade;
  private volatile boolean asleep;
  private volatile boolean closed;

  private record Timer(long dueNanos, long number, Runnable task) {}

  public Loop(String name) {
    thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  public Loop start() {
    thread.start();
    return this;
  }

  @Override
  public long now() {
    return TimeUnit.NANOSECONDS.toMillis(nanos());
  }

  // From the start of the process: comparisons of System.nanoTime() itself could overflow.
  private static final long ORIGIN = System.nanoTime();

  private static long nanos() {
    return System.nanoTime() - ORIGIN;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    wake();
  }

  @Override
  public Alarm after(long delayMs, Runnable task) {
    long due = nanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, delayMs));
    Timer timer;
    boolean first;
    synchronized (timers) {
      timer = new Timer(due, timersMade++, task);
      timers.add(timer);
      first = timers.first() == timer;
    }
    if (first) {
      wake();
    }
    return () -> {
      synchronized (timers) {
        timers.remove(timer);
      }
    };
  }

  private void wake() {
    if (asleep) {
      asleep = false;
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (!closed) {
      for (Runnable task = tasks.poll(); task != null && !closed; task = tasks.poll()) {
        run(task);
      }
      for (Timer timer = nextDue(); timer != null && !closed; timer = nextDue()) {
        run(timer.task);
      }
      sleep();
    }
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("A task of the node failed", e);
    }
  }

  private @Nullable Timer nextDue() {
    synchronized (timers) {
      return !timers.isEmpty() && timers.first().dueNanos <= nanos() ? timers.pollFirst() : null;
    }
  }

  private void sleep() {
    asleep = true;
    long nanos = untilNext();
    if (tasks.isEmpty() && nanos > 0 && !closed) {
      LockSupport.parkNanos(this, nanos);
    }
    asleep = false;
  }

  private long untilNext() {
    synchronized (timers) {
      return timers.isEmpty() ? Long.MAX_VALUE : timers.first().dueNanos - nanos();
    }
  }

  /** Ends after the task that is running; what waits is dropped. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(STOP_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
