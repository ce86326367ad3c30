package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;
import static dev.flashq.protocol.option.PushOption.BACKOFF;
import static dev.flashq.protocol.option.PushOption.DELAY;
import static dev.flashq.protocol.option.PushOption.FIXED_BACKOFF;
import static dev.flashq.protocol.option.PushOption.JOB_ID;
import static dev.flashq.protocol.option.PushOption.PRIORITY;
import static dev.flashq.protocol.option.PushOption.SUBJECT;
import static dev.flashq.protocol.option.PushOption.TIMEOUT;

import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.WireField;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.gateway.Rules;
import org.jspecify.annotations.Nullable;

/**
 * The push options of one job while they are read; some commands use single ones for other ends.
 * Reused.
 */
final class OptionFields {
  private final JobOptions.Builder options = JobOptions.builder();

  /** A bit for each that was in the request, be it with the value that it has without. */
  private long present;

  void reset() {
    options.clear();
    present = 0;
  }

  /** Reads the option's value, which is not null. */
  void read(PushOption option, ValueReader in) {
    if (option == BACKOFF && in.kind() == Kind.MAP) {
      backoff(in);
    } else {
      options.set(option, value(option, in));
    }
    present |= bit(option);
  }

  private static Object value(PushOption option, ValueReader in) {
    return switch (option.kind()) {
      case INT32 -> (long) Values.int32(in);
      case INT64, MILLIS -> in.integer();
      case FLAG -> in.bool();
      case TEXT -> in.string();
      case TEXT_OR_NUMBER -> Values.idText(in);
      case TEXTS -> Values.tags(in);
      case IDS -> Values.ids(in);
    };
  }

  private void backoff(ValueReader in) {
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      WireField field = Field.at(name);
      if (field == Field.TYPE) {
        options.set(FIXED_BACKOFF, isFixed(in.string()));
      } else if (field == DELAY) {
        options.set(BACKOFF, in.integer());
      } else {
        in.skip();
      }
    }
  }

  private static boolean isFixed(String type) {
    require(
        type.equals("fixed") || type.equals("exponential"),
        INVALID_REQUEST,
        "a backoff is fixed or exponential");
    return type.equals("fixed");
  }

  private static long bit(PushOption option) {
    return 1L << option.ordinal();
  }

  private boolean isPresent(PushOption option) {
    return (present & bit(option)) != 0;
  }

  long timeoutMs(long otherwise) {
    return isPresent(TIMEOUT) ? options.number(TIMEOUT) : otherwise;
  }

  long delayMs() {
    require(isPresent(DELAY), INVALID_REQUEST, "missing field delay");
    return options.number(DELAY);
  }

  int priority() {
    require(isPresent(PRIORITY), INVALID_REQUEST, "missing field priority");
    return (int) options.number(PRIORITY);
  }

  @Nullable String jobId() {
    return options.text(JOB_ID);
  }

  @Nullable String subject() {
    return options.text(SUBJECT);
  }

  /** Refused when a value is beyond its limits. */
  JobOptions build() {
    return Rules.checked(options.build());
  }
}
