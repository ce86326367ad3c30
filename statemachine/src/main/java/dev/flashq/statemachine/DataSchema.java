package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * What job data must be like. The engine never reads the text.
 *
 * @param queues a pattern: a star stands for any characters or none
 * @param version grows with every change of any rule for data
 * @param text a JSON Schema
 */
public record DataSchema(String queues, long version, Mode mode, ByteString text) {
  /** What comes of data that is not like that. The number stands in the log and the state. */
  public enum Mode {
    /** It is refused. */
    ENFORCE(0),
    /** It is taken, and the node tells of it. */
    REPORT(1);

    private final int number;

    Mode(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    public static @Nullable Mode of(int number) {
      return switch (number) {
        case 0 -> ENFORCE;
        case 1 -> REPORT;
        default -> null;
      };
    }
  }

  public boolean covers(QueueName queue) {
    return Permission.matches(queues, queue.value());
  }
}
