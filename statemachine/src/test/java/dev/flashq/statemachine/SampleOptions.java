package dev.flashq.statemachine;

import dev.flashq.protocol.option.PushOption;
import java.util.List;

/** A value for every option that is not the one that it has without. */
public final class SampleOptions {
  private SampleOptions() {}

  public static Object value(PushOption option) {
    return switch (option.kind()) {
      case INT32, INT64, MILLIS -> 7000L;
      case FLAG -> true;
      case TEXT, TEXT_OR_NUMBER -> "text";
      case TEXTS -> List.of("a", "é");
      case IDS -> List.of(new JobId(1), new JobId(2));
    };
  }

  /** Nothing but this option. */
  public static JobOptions only(PushOption option) {
    return JobOptions.builder().set(option, value(option)).build();
  }
}
