package dev.flashq.statemachine;

/**
 * A job's number: the Raft group (shard) in the bits above 44, a dense counter from 1 below. Never
 * reused.
 */
public record JobId(long value) implements Comparable<JobId> {
  private static final int COUNTER_BITS = 44;

  public int shard() {
    return (int) (value >>> COUNTER_BITS);
  }

  @Override
  public int compareTo(JobId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
