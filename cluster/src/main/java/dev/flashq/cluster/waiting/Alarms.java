package dev.flashq.cluster.waiting;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs short tasks after a time, on one thread; a cancelled task leaves nothing behind. */
public final class Alarms implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  public Alarms(String node) {
    timer = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "alarms-" + node));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  public Future<?> after(long delayMs, Runnable task) {
    return timer.schedule(task, Math.max(delayMs, 0), TimeUnit.MILLISECONDS);
  }

  public void every(long periodMs, Runnable task) {
    var _ = timer.scheduleWithFixedDelay(task, periodMs, periodMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
