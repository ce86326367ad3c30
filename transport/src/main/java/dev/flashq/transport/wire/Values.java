package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.BATCH_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.JOBS_PER_COMMAND;
import static dev.flashq.protocol.Limits.require;

import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.WireField;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.gateway.Rules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads values as leniently as clients need it: numeric strings as ids, whole floats as integers.
 */
final class Values {
  private static final int ID_DIGITS = 16;

  private Values() {}

  static int int32(ValueReader in) {
    long value = in.integer();
    require(value == (int) value, INVALID_REQUEST, "a number is outside of 32 bits");
    return (int) value;
  }

  static JobId id(ValueReader in) {
    return Rules.checked(new JobId(in.kind() == Kind.STRING ? number(in.string()) : in.integer()));
  }

  /** A text, or a number as text. */
  static String idText(ValueReader in) {
    return in.kind() == Kind.NUMBER ? Long.toString(in.integer()) : in.string();
  }

  /** The job id in a decimal text. */
  static long number(String text) {
    return number(text, "a job id is a number");
  }

  /** The number of a decimal text; refused with the sentence when it is none. */
  static long number(String text, String sentence) {
    boolean digits = !text.isEmpty() && text.length() <= ID_DIGITS;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!digits) {
      throw new InvalidValueException(INVALID_REQUEST, sentence);
    }
    return Long.parseLong(text);
  }

  static List<JobId> ids(ValueReader in) {
    List<JobId> ids = new ArrayList<>();
    in.beginArray();
    while (in.nextItem()) {
      require(
          ids.size() < JOBS_PER_COMMAND,
          BATCH_TOO_LARGE,
          "at most " + JOBS_PER_COMMAND + " ids in one request");
      ids.add(id(in));
    }
    return ids;
  }

  static List<String> tags(ValueReader in) {
    List<String> tags = new ArrayList<>();
    in.beginArray();
    while (in.nextItem()) {
      require(tags.size() < Limits.TAGS, INVALID_REQUEST, "at most " + Limits.TAGS + " tags");
      tags.add(in.string());
    }
    return tags;
  }

  /** The next value as it stands, checked but not copied. */
  static Payload payload(ValueReader in, Encoding encoding) {
    in.kind();
    int from = in.position();
    in.skip();
    return Rules.checked(
        new Payload(
            encoding.payload(),
            UnsafeByteOperations.unsafeWrap(in.bytes(), from, in.position() - from)));
  }

  /** A copy of the encoded correlation id, to be echoed as it came. */
  static byte[] correlation(ValueReader in) {
    Kind kind = in.kind();
    require(
        kind == Kind.STRING || kind == Kind.NUMBER,
        INVALID_REQUEST,
        "reqId is a string or a number");
    int from = in.position();
    in.skip();
    int quotes = 5;
    require(
        in.position() - from <= Limits.REQ_ID_BYTES + quotes,
        INVALID_REQUEST,
        "reqId has at most " + Limits.REQ_ID_BYTES + " bytes");
    return Arrays.copyOfRange(in.bytes(), from, in.position());
  }

  /**
   * {@code {"max":M,"duration":D}}: M jobs in D milliseconds; without a duration, in one second.
   */
  static Command.RateLimit rateLimit(ValueReader in) {
    long max = -1;
    long durationMs = 1000;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      WireField field = Field.at(name);
      if (field == Field.MAX) {
        max = in.integer();
      } else if (field == Field.DURATION) {
        durationMs = in.integer();
      } else {
        in.skip();
      }
    }
    return Rules.checked(new Command.RateLimit(max, durationMs));
  }
}
