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
 * @param noNames no tags, groups, keys and ids of the pusher's, which are kept in the clear
 */
public record DataPolicy(
    String queues,
    boolean encryptedOnly,
    List<String> forbiddenFields,
    boolean noCardNumbers,
    long maxBytes,
    boolean noNames) {
  public DataPolicy {
    forbiddenFields = List.copyOf(forbiddenFields);
  }

  public DataPolicy(
      String queues,
      boolean encryptedOnly,
      List<String> forbiddenFields,
      boolean noCardNumbers,
      long maxBytes) {
    this(queues, encryptedOnly, forbiddenFields, noCardNumbers, maxBytes, false);
  }

  public boolean covers(QueueName queue) {
    return Permission.matches(queues, queue.value());
  }

  /** Whether it asks for nothing. */
  public boolean isEmpty() {
    return !encryptedOnly
        && forbiddenFields.isEmpty()
        && !noCardNumbers
        && maxBytes == 0
        && !noNames;
  }
}
