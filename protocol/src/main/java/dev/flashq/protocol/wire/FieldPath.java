package dev.flashq.protocol.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where values stand in data: names of maps, and in arrays numbers from 0 or a star for each item.
 * Written as a JSON pointer ({@code /user/id}) or with dots ({@code user.id}).
 */
public record FieldPath(List<String> steps) {
  private static final String ANY = "*";

  public FieldPath {
    steps = List.copyOf(steps);
  }

  /** Fails with an InvalidValueException when the text is no path. */
  public static FieldPath parse(String text) {
    require(
        !text.isEmpty() && text.getBytes(StandardCharsets.UTF_8).length <= Limits.FIELD_PATH_BYTES,
        INVALID_REQUEST,
        "a path has 1 to " + Limits.FIELD_PATH_BYTES + " bytes");
    boolean pointer = text.charAt(0) == '/';
    var steps = new ArrayList<String>();
    for (String step : (pointer ? text.substring(1) : text).split(pointer ? "/" : "\\.", -1)) {
      steps.add(pointer ? step.replace("~1", "/").replace("~0", "~") : step);
      require(pointer || !step.isEmpty(), INVALID_REQUEST, "a path with dots has no empty names");
    }
    require(
        steps.size() <= Limits.NESTING,
        INVALID_REQUEST,
        "a path has at most " + Limits.NESTING + " steps");
    return new FieldPath(steps);
  }

  /** Whether a step means an item of an array. */
  static boolean means(String step, int item) {
    return step.equals(ANY) || step.equals(Integer.toString(item));
  }
}
