package dev.flashq.protocol.option;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What clients must know of an option.
 *
 * @param names in requests; the first one also in sentences
 * @param answeredAs its name in the Job object; null when it is not told
 * @param check refuses a value beyond the limits
 */
record OptionSpec(
    OptionKind kind, List<String> names, @Nullable String answeredAs, Consumer<Object> check) {
  private static OptionSpec of(OptionKind kind, Consumer<Object> check, String... names) {
    return new OptionSpec(kind, List.of(names), names.length == 0 ? null : names[0], check);
  }

  static OptionSpec int32(String... names) {
    return of(OptionKind.INT32, _ -> {}, names);
  }

  static OptionSpec int64(String... names) {
    return of(OptionKind.INT64, _ -> {}, names);
  }

  /** A duration in milliseconds. */
  static OptionSpec millis(String... names) {
    String sentence = names[0] + " is between 0 and " + Limits.DURATION_MS + " milliseconds";
    return of(OptionKind.MILLIS, _ -> {}, names).within(0, Limits.DURATION_MS, sentence);
  }

  static OptionSpec flag(String... names) {
    return of(OptionKind.FLAG, _ -> {}, names);
  }

  /** A text that names something. */
  static OptionSpec key(String... names) {
    String sentence = names[0] + " has between 1 and " + Limits.KEY_BYTES + " bytes";
    return of(
        OptionKind.TEXT,
        value -> {
          String key = (String) value;
          boolean fits = !key.isEmpty() && Text.utf8Length(key) <= Limits.KEY_BYTES;
          require(fits, INVALID_REQUEST, sentence);
        },
        names);
  }

  static OptionSpec tags(String... names) {
    return of(OptionKind.TEXTS, OptionSpec::checkTags, names);
  }

  private static void checkTags(Object value) {
    List<?> tags = (List<?>) value;
    require(tags.size() <= Limits.TAGS, INVALID_REQUEST, "at most " + Limits.TAGS + " tags");
    for (Object tag : tags) {
      require(
          Text.utf8Length((String) tag) <= Limits.TAG_BYTES,
          INVALID_REQUEST,
          "a tag has at most " + Limits.TAG_BYTES + " bytes");
    }
  }

  /** At most so many ids of jobs. */
  static OptionSpec ids(int most, String... names) {
    String sentence = "at most " + most + " ids in " + names[0];
    return of(
        OptionKind.IDS,
        value -> require(((List<?>) value).size() <= most, INVALID_REQUEST, sentence),
        names);
  }

  /** With limits, and the sentence that refuses what is beyond them. */
  OptionSpec within(long least, long most, String sentence) {
    Consumer<Object> limits =
        value -> {
          long number = (long) value;
          require(number >= least && number <= most, INVALID_REQUEST, sentence);
        };
    return new OptionSpec(kind, names, answeredAs, limits);
  }

  OptionSpec orNumber() {
    return new OptionSpec(OptionKind.TEXT_OR_NUMBER, names, answeredAs, check);
  }

  OptionSpec answeredAs(String name) {
    return new OptionSpec(kind, names, name, check);
  }

  /** Not told in the Job object. */
  OptionSpec unanswered() {
    return new OptionSpec(kind, names, null, check);
  }
}
