package dev.flashq.cluster.schedule;

import java.util.concurrent.Executor;

/**
 * Where and when a part of a node runs: the only clock and the only threads that it knows. In a
 * process there are threads behind it, in a simulation there is one queue for all nodes.
 */
public interface Scheduler extends Executor {

  /** Milliseconds since some moment. They never jump, so every wait is measured with them. */
  long now();

  /** Runs the task soon, after what was given before. Never runs it before it returns. */
  @Override
  void execute(Runnable task);

  /** Runs the task once, so many milliseconds from now. */
  Alarm after(long delayMs, Runnable task);

  /** Runs the task again and again, with so many milliseconds between an end and the next start. */
  default void every(long periodMs, Runnable task) {
    var _ =
        after(
            periodMs,
            () -> {
              try {
                task.run();
              } finally {
                every(periodMs, task);
              }
            });
  }

  /** A task that is to run later. */
  interface Alarm {
    /** Has no effect when the task has begun. */
    void cancel();
  }
}
