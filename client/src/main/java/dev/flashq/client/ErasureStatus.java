package dev.flashq.client;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far an erasure is. What it looks for is not shown. Times are Unix milliseconds.
 *
 * @param state running, done or cancelled
 * @param user name of the token that began it; null: nobody had to say who it is
 * @param fields paths that are set or deleted
 * @param ended 0: not yet
 * @param progress 0 to 1
 * @param looked jobs of the queues and states that are meant
 * @param matched jobs that are about whom it is looked for
 * @param changed jobs of which something was changed
 * @param active jobs that a worker had: what it still brings is not looked at
 * @param unreadable jobs of whose data or result nothing could be made
 * @param missed jobs that somebody else kept changing
 */
public record ErasureStatus(
    long id,
    String state,
    @Nullable String user,
    String field,
    List<String> fields,
    List<String> queues,
    List<String> states,
    boolean dryRun,
    long began,
    long ended,
    double progress,
    long looked,
    long matched,
    long changed,
    long active,
    long unreadable,
    long missed) {

  public boolean isRunning() {
    return state.equals("running");
  }

  /** From the fields of an answer, or of an item of a list. */
  static ErasureStatus of(Map<?, ?> fields) {
    return new ErasureStatus(
        Values.number(fields, "id"),
        text(fields, "state"),
        (String) fields.get("user"),
        text(fields, "field"),
        texts(fields, "fields"),
        texts(fields, "queues"),
        texts(fields, "states"),
        Boolean.TRUE.equals(fields.get("dry_run")),
        Values.number(fields, "began"),
        Values.number(fields, "ended"),
        Values.fraction(fields, "progress"),
        Values.number(fields, "looked"),
        Values.number(fields, "matched"),
        Values.number(fields, "changed"),
        Values.number(fields, "active"),
        Values.number(fields, "unreadable"),
        Values.number(fields, "missed"));
  }

  private static String text(Map<?, ?> fields, String name) {
    return requireNonNull((String) fields.get(name), name);
  }

  private static List<String> texts(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }
}
