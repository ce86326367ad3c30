package dev.flashq.statemachine;

import static dev.flashq.protocol.ErrorCode.INVALID_QUEUE_NAME;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;

/** A queue's name: letters and digits of any script, and the characters {@code _ - . :}. */
public record QueueName(String value) implements Comparable<QueueName> {
  public QueueName {
    Limits.require(!value.isEmpty(), INVALID_QUEUE_NAME, "Queue name cannot be empty");
    Limits.require(
        Text.utf8Length(value) <= Limits.QUEUE_NAME_BYTES,
        INVALID_QUEUE_NAME,
        "Queue name too long (max 256 chars)");
    Limits.require(
        isAllowed(value),
        INVALID_QUEUE_NAME,
        "Queue name must contain only alphanumeric characters, underscores, hyphens, dots, or colons");
  }

  private static boolean isAllowed(String value) {
    int next;
    for (int i = 0; i < value.length(); i = next) {
      int c = value.codePointAt(i);
      next = i + Character.charCount(c);
      if (!isAllowed(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAllowed(int c) {
    return c < 128
        ? (c >= 'a' && c <= 'z')
            || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || "_-.:".indexOf(c) >= 0
        : Character.isLetterOrDigit(c);
  }

  @Override
  public int compareTo(QueueName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
