package dev.flashq.statemachine;

import java.util.List;

/**
 * Operations on queues.
 *
 * @param queues patterns: a star stands for any characters or none, all else for itself
 * @param operations those that are meant
 * @param every whether all operations are meant, also those of later versions
 */
public record Permission(List<String> queues, List<Operation> operations, boolean every) {
  private static final String ALL_QUEUES = "*";

  /** Everything there is. */
  public static final Permission EVERYTHING = new Permission(List.of(ALL_QUEUES), List.of(), true);

  public Permission {
    queues = List.copyOf(queues);
    operations = List.copyOf(operations);
  }

  /** Whether it names the operation on the queue. */
  boolean covers(Operation operation, String queue) {
    return names(operation) && coversQueue(queue);
  }

  boolean names(Operation operation) {
    return every || operations.contains(operation);
  }

  boolean coversQueue(String queue) {
    return matchesAny(queues, queue);
  }

  /** Whether it means all queues, those of the future included: the cluster itself. */
  boolean coversCluster() {
    return queues.contains(ALL_QUEUES);
  }

  static boolean matchesAny(List<String> patterns, String text) {
    for (String pattern : patterns) {
      if (matches(pattern, text)) {
        return true;
      }
    }
    return false;
  }

  /** Compares in a time that grows with the product of both lengths at most. */
  public static boolean matches(String pattern, String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int resume = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = t;
      } else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
