package dev.flashq.statemachine;

/** A queue's name. */
public record QueueName(String value) implements Comparable<QueueName> {
  /** Under this name the audit trail is read; nothing else is done with it. */
  public static final QueueName AUDIT = new QueueName("audit:logs");

  @Override
  public int compareTo(QueueName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
