package dev.flashq.statemachine;

/**
 * For how long and how many jobs that have ended are kept in queues of a pattern, whatever the jobs
 * say themselves: the stricter holds. Zeros: it says nothing of that.
 *
 * @param queues a pattern: a star stands for any characters or none
 * @param completedMs since they completed
 * @param completedCount of a queue
 * @param deadMs since they died
 * @param deadCount of a queue
 */
public record Retention(
    String queues, long completedMs, long completedCount, long deadMs, long deadCount) {
  public boolean covers(QueueName queue) {
    return Permission.matches(queues, queue.value());
  }

  /** Whether it says nothing. */
  public boolean isEmpty() {
    return completedMs == 0 && completedCount == 0 && deadMs == 0 && deadCount == 0;
  }
}
