package dev.flashq.statemachine;

import org.jspecify.annotations.Nullable;

/**
 * What a job holds of its users. The number stands in the log and in sealed texts: it never
 * changes.
 */
public enum JobPart {
  DATA(0),
  RESULT(1),
  ERROR(2),
  MESSAGE(3);

  private final int number;

  JobPart(int number) {
    this.number = number;
  }

  /** Whether it is data or a result; otherwise a text that is replaced as a whole. */
  public boolean isPayload() {
    return this == DATA || this == RESULT;
  }

  public int number() {
    return number;
  }

  /**
   * What stands for it in sealed texts: an error is a message too, so that both are sealed alike.
   */
  public int sealedAs() {
    return this == MESSAGE ? ERROR.number : number;
  }

  public static @Nullable JobPart of(int number) {
    return switch (number) {
      case 0 -> DATA;
      case 1 -> RESULT;
      case 2 -> ERROR;
      case 3 -> MESSAGE;
      default -> null;
    };
  }
}
