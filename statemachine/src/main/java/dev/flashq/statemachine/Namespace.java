package dev.flashq.statemachine;

/**
 * Queues whose payloads are sealed. Of several that cover a queue the one with the longest pattern
 * counts; of two of the same length the first by its text.
 *
 * @param queues a pattern: a star stands for any characters or none
 * @param key number of the key under which is sealed now
 */
public record Namespace(String queues, long key) {
  public boolean covers(QueueName queue) {
    return Permission.matches(queues, queue.value());
  }
}
