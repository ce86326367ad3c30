package dev.flashq.client;

import java.time.Duration;
import java.util.Map;

/**
 * For how long and how many jobs that have ended are kept in queues of a pattern; zero: it does not
 * say. Of all policies that cover a queue, and what a job says itself, the strictest holds.
 *
 * @param queues a pattern; a star stands for any characters or none
 * @param completedAge since a job completed, to the millisecond
 * @param completedCount completed jobs of each queue
 * @param deadAge since a job died, to the millisecond
 * @param deadCount dead jobs of each queue
 */
public record Retention(
    String queues, Duration completedAge, long completedCount, Duration deadAge, long deadCount) {
  /** Says nothing yet. */
  public static Retention of(String queues) {
    return new Retention(queues, Duration.ZERO, 0, Duration.ZERO, 0);
  }

  public Retention withCompletedAge(Duration value) {
    return new Retention(queues, value, completedCount, deadAge, deadCount);
  }

  public Retention withCompletedCount(long value) {
    return new Retention(queues, completedAge, value, deadAge, deadCount);
  }

  public Retention withDeadAge(Duration value) {
    return new Retention(queues, completedAge, completedCount, value, deadCount);
  }

  public Retention withDeadCount(long value) {
    return new Retention(queues, completedAge, completedCount, deadAge, value);
  }

  Requests request() {
    return Requests.command("RETENTIONSET")
        .string(Fields.QUEUE, queues)
        .integer(Fields.COMPLETED_AGE, completedAge.toMillis())
        .integer(Fields.COMPLETED_COUNT, completedCount)
        .integer(Fields.DEAD_AGE, deadAge.toMillis())
        .integer(Fields.DEAD_COUNT, deadCount);
  }

  static Retention of(Map<?, ?> fields) {
    return new Retention(
        String.valueOf(fields.get("queue")),
        Duration.ofMillis(Values.number(fields, "completed_age")),
        Values.number(fields, "completed_count"),
        Duration.ofMillis(Values.number(fields, "dead_age")),
        Values.number(fields, "dead_count"));
  }
}
