package dev.flashq.protocol.option;

import static dev.flashq.protocol.option.OptionSpec.flag;
import static dev.flashq.protocol.option.OptionSpec.ids;
import static dev.flashq.protocol.option.OptionSpec.int32;
import static dev.flashq.protocol.option.OptionSpec.int64;
import static dev.flashq.protocol.option.OptionSpec.key;
import static dev.flashq.protocol.option.OptionSpec.millis;
import static dev.flashq.protocol.option.OptionSpec.tags;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.log.LogProto.NewJob;
import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.WireField;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of a push, each with all that there is to say about it: its kind and limits, its
 * names, and further down its field of the log. They are checked in this order.
 */
public enum PushOption implements WireField {
  DELAY(millis("delay").unanswered()),
  TTL(millis("ttl")),
  TIMEOUT(millis("timeout")),
  /** Or, in requests, {@code {"type":"fixed","delay":1000}} with {@link #FIXED_BACKOFF}. */
  BACKOFF(millis("backoff")),
  DEBOUNCE_TTL(millis("debounce_ttl").unanswered()),
  STALL_TIMEOUT(millis("stall_timeout")),
  KEEP_COMPLETED_AGE(millis("keep_completed_age", "keepCompletedAge")),
  MAX_ATTEMPTS(
      int32("max_attempts")
          .within(0, Integer.MAX_VALUE, "max_attempts is between 0 and 2147483647")),
  KEEP_COMPLETED_COUNT(
      int64("keep_completed_count", "keepCompletedCount")
          .within(0, Long.MAX_VALUE, "keep_completed_count is not negative")),
  UNIQUE_KEY(key("unique_key")),
  /** A custom id, and on some commands of the TypeScript client the job's number. */
  JOB_ID(key("job_id", "jobId", "customId", "custom_id").orNumber().answeredAs("custom_id")),
  DEBOUNCE_ID(key("debounce_id").unanswered()),
  GROUP_ID(key("group_id")),
  TAGS(tags("tags")),
  DEPENDS_ON(ids(Limits.DEPENDENCIES, "depends_on")),
  PRIORITY(int32("priority")),
  LIFO(flag("lifo")),
  /** While a failed job of the group waits for its next attempt, so does the group. */
  GROUP_STRICT(flag("group_strict").unanswered()),
  FIXED_BACKOFF(flag()),
  REMOVE_ON_COMPLETE(flag("remove_on_complete")),
  REMOVE_ON_FAIL(flag("remove_on_fail")),
  /** Whom the job is about: its payloads go with that one's key. */
  SUBJECT(key("subject").unanswered());

  /** All options in their order. */
  public static final List<PushOption> ALL = List.of(values());

  private final OptionKind kind;
  private final List<String> names;
  private final @Nullable FieldName answerName;
  private final Consumer<Object> check;

  PushOption(OptionSpec spec) {
    this.kind = spec.kind();
    this.names = spec.names();
    this.answerName = spec.answeredAs() == null ? null : FieldName.of(spec.answeredAs());
    this.check = spec.check();
  }

  public OptionKind kind() {
    return kind;
  }

  @Override
  public List<String> names() {
    return names;
  }

  /** The field of the Job object that tells it; null when none does. */
  public @Nullable FieldName answerName() {
    return answerName;
  }

  /** Refuses a value beyond the limits. */
  public void check(Object value) {
    check.accept(value);
  }

  /** The value in a logged job; null when it is not set. Ids are numbers here. */
  public @Nullable Object logged(NewJob job) {
    return switch (this) {
      case DELAY -> orNull(job.getDelayMs());
      case TTL -> orNull(job.getTtlMs());
      case TIMEOUT -> orNull(job.getTimeoutMs());
      case BACKOFF -> orNull(job.getBackoffMs());
      case DEBOUNCE_TTL -> orNull(job.getDebounceTtlMs());
      case STALL_TIMEOUT -> orNull(job.getStallTimeoutMs());
      case KEEP_COMPLETED_AGE -> orNull(job.getKeepCompletedAgeMs());
      case MAX_ATTEMPTS -> orNull(job.getMaxAttempts());
      case KEEP_COMPLETED_COUNT -> orNull(job.getKeepCompletedCount());
      case UNIQUE_KEY -> orNull(job.getUniqueKey());
      case JOB_ID -> orNull(job.getCustomId());
      case DEBOUNCE_ID -> orNull(job.getDebounceId());
      case GROUP_ID -> orNull(job.getGroupId());
      case TAGS -> orNull(job.getTagsList());
      case DEPENDS_ON -> orNull(job.getDependsOnList());
      case PRIORITY -> orNull(job.getPriority());
      case LIFO -> orNull(job.getLifo());
      case GROUP_STRICT -> orNull(job.getGroupStrict());
      case FIXED_BACKOFF -> orNull(job.getFixedBackoff());
      case REMOVE_ON_COMPLETE -> orNull(job.getRemoveOnComplete());
      case REMOVE_ON_FAIL -> orNull(job.getRemoveOnFail());
      case SUBJECT -> orNull(job.getSubject());
    };
  }

  /** Notes the value in a job for the log; the inverse of {@link #logged}. */
  public NewJob.Builder log(NewJob.Builder job, Object value) {
    return switch (this) {
      case DELAY -> job.setDelayMs((long) value);
      case TTL -> job.setTtlMs((long) value);
      case TIMEOUT -> job.setTimeoutMs((long) value);
      case BACKOFF -> job.setBackoffMs((long) value);
      case DEBOUNCE_TTL -> job.setDebounceTtlMs((long) value);
      case STALL_TIMEOUT -> job.setStallTimeoutMs((long) value);
      case KEEP_COMPLETED_AGE -> job.setKeepCompletedAgeMs((long) value);
      case MAX_ATTEMPTS -> job.setMaxAttempts((int) (long) value);
      case KEEP_COMPLETED_COUNT -> job.setKeepCompletedCount((long) value);
      case UNIQUE_KEY -> job.setUniqueKey((String) value);
      case JOB_ID -> job.setCustomId((String) value);
      case DEBOUNCE_ID -> job.setDebounceId((String) value);
      case GROUP_ID -> job.setGroupId((String) value);
      case TAGS -> job.addAllTags(texts(value));
      case DEPENDS_ON -> job.addAllDependsOn(numbers(value));
      case PRIORITY -> job.setPriority((int) (long) value);
      case LIFO -> job.setLifo((boolean) value);
      case GROUP_STRICT -> job.setGroupStrict((boolean) value);
      case FIXED_BACKOFF -> job.setFixedBackoff((boolean) value);
      case REMOVE_ON_COMPLETE -> job.setRemoveOnComplete((boolean) value);
      case REMOVE_ON_FAIL -> job.setRemoveOnFail((boolean) value);
      case SUBJECT -> job.setSubject((String) value);
    };
  }

  private static @Nullable Object orNull(long value) {
    return value == 0 ? null : value;
  }

  private static @Nullable Object orNull(boolean value) {
    return value ? true : null;
  }

  private static @Nullable Object orNull(String value) {
    return value.isEmpty() ? null : value;
  }

  private static @Nullable Object orNull(List<?> value) {
    return value.isEmpty() ? null : value;
  }

  @SuppressWarnings("unchecked") // The kind says what is in the list.
  private static List<String> texts(Object value) {
    return (List<String>) value;
  }

  @SuppressWarnings("unchecked") // The kind says what is in the list.
  private static List<Long> numbers(Object value) {
    return (List<Long>) value;
  }
}
