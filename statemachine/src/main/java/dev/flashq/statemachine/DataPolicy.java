package dev.flashq.statemachine;

import java.util.List;

/**
 * What must be and must not be in whatever jobs bring with them: data, results, errors, messages.
 *
 * @param queues a pattern: a star stands for any characters or none
 * @param encryptedOnly nothing but envelopes
 * @param forbiddenFields names of fields at any depth
 * @param noCardNumbers nothing that looks like one
 * @param maxBytes of data and of a result; 0: as many as there may be anyway
 */
public record DataPolicy(
    String queues,
    boolean encryptedOnly,
    List<String> forbiddenFields,
    boolean noCardNumbers,
    long maxBytes) {
  public DataPolicy {
    forbiddenFields = List.copyOf(forbiddenFields);
  }

  public boolean covers(QueueName queue) {
    return Permission.matches(queues, queue.value());
  }

  /** Whether it asks for nothing. */
  public boolean isEmpty() {
    return !encryptedOnly && forbiddenFields.isEmpty() && !noCardNumbers && maxBytes == 0;
  }
}
