package dev.flashq.statemachine;

/** A queue's name. */
public record QueueName(String value) implements Comparable<QueueName> {
  @Override
  public int compareTo(QueueName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
