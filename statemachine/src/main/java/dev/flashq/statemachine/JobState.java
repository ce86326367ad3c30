package dev.flashq.statemachine;

/** Where a job stands, as clients see it. The order is part of the log and of the stores. */
public enum JobState {
  WAITING("waiting"),
  DELAYED("delayed"),
  ACTIVE("active"),
  COMPLETED("completed"),
  FAILED("failed"),
  WAITING_CHILDREN("waiting-children");

  private final String wireName;

  JobState(String wireName) {
    this.wireName = wireName;
  }

  public String wireName() {
    return wireName;
  }
}
