package dev.flashq.transport.wire;

import dev.flashq.statemachine.JobState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** State names as clients write them. */
final class States {
  private States() {}

  /**
   * The state of a filter in any spelling; null when the text names none, which means all states.
   */
  static @Nullable JobState filter(@Nullable String text) {
    return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) {
      case "waiting" -> JobState.WAITING;
      case "delayed" -> JobState.DELAYED;
      case "active" -> JobState.ACTIVE;
      case "completed" -> JobState.COMPLETED;
      case "failed" -> JobState.FAILED;
      case "waiting-children",
          "waitingchildren",
          "waiting_children",
          "waiting-parent",
          "waitingparent",
          "waiting_parent" ->
          JobState.WAITING_CHILDREN;
      default -> null;
    };
  }

  /** A state that clients may ask for and no job is ever in. */
  static boolean neverReached(String text) {
    return text.equalsIgnoreCase("stalled");
  }

  static boolean cleanable(JobState state) {
    return switch (state) {
      case WAITING, DELAYED, COMPLETED, FAILED -> true;
      case ACTIVE, WAITING_CHILDREN -> false;
    };
  }
}
