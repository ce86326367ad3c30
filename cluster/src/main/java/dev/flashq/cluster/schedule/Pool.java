package dev.flashq.cluster.schedule;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A few threads for tasks that may take a while; alarms are those of a loop. */
public final class Pool implements Scheduler, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pool.class);

  private final ExecutorService threads;
  private final Loop alarms;

  public Pool(String name, int size, Loop alarms) {
    this.alarms = alarms;
    this.threads =
        Executors.newFixedThreadPool(
            size, task -> Thread.ofPlatform().daemon().name(name).unstarted(task));
  }

  @Override
  public long now() {
    return alarms.now();
  }

  @Override
  public void execute(Runnable task) {
    try {
      threads.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              LOG.error("A task of the node failed", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("The node has stopped", e);
    }
  }

  @Override
  public Alarm after(long delayMs, Runnable task) {
    return alarms.after(delayMs, () -> execute(task));
  }

  /** Drops what waits. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
