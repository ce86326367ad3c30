package dev.flashq.cluster.schedule;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Time in a test's hands: what is to run runs when the test lets it, in order, on its thread. */
public final class VirtualTime implements Scheduler {
  private static final int MANY = 1_000_000;

  private record Task(long at, long number, Runnable task) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
  private long now = 5_000;
  private long made;

  @Override
  public long now() {
    return now;
  }

  @Override
  public void execute(Runnable task) {
    after(0, task);
  }

  @Override
  public Alarm after(long delayMs, Runnable task) {
    Task later = new Task(now + Math.max(0, delayMs), made++, task);
    tasks.add(later);
    return () -> tasks.remove(later);
  }

  /** Runs everything that is due now. */
  public void settle() {
    pass(0);
  }

  /** Lets so many milliseconds pass. */
  public void pass(long ms) {
    long end = now + ms;
    for (int i = 0; !tasks.isEmpty() && tasks.peek().at <= end; i++) {
      if (i > MANY) {
        throw new IllegalStateException("it never comes to rest");
      }
      Task next = tasks.remove();
      now = Math.max(now, next.at);
      next.task.run();
    }
    now = end;
  }

  /** Tasks and alarms that are left. */
  public int pending() {
    return tasks.size();
  }
}
