package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a job stands, as clients see it. The number stands in the log and is never changed. */
public enum JobState {
  WAITING(0, "waiting"),
  DELAYED(1, "delayed"),
  ACTIVE(2, "active"),
  COMPLETED(3, "completed"),
  FAILED(4, "failed"),
  WAITING_CHILDREN(5, "waiting-children");

  private static final List<JobState> ALL = List.of(values());

  private final int number;
  private final String wireName;

  JobState(int number, String wireName) {
    this.number = number;
    this.wireName = wireName;
  }

  public int number() {
    return number;
  }

  /** The state with the number; null when this version does not know it. */
  public static @Nullable JobState of(int number) {
    for (JobState state : ALL) {
      if (state.number == number) {
        return state;
      }
    }
    return null;
  }

  public String wireName() {
    return wireName;
  }
}
