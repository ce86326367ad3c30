package dev.flashq.statemachine;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a push says about a job besides its data. Times are milliseconds; 0 means "not set".
 *
 * @param maxAttempts failures after which the job is dead; 0: never
 * @param backoffMs pause before a retry; doubled with every failure unless {@code fixedBackoff}
 * @param stallTimeoutMs length of a lease; 0: {@link Limits#LEASE_MS}
 */
public record JobOptions(
    int priority,
    long delayMs,
    long ttlMs,
    long timeoutMs,
    int maxAttempts,
    long backoffMs,
    boolean fixedBackoff,
    @Nullable String uniqueKey,
    @Nullable String customId,
    @Nullable String debounceId,
    long debounceTtlMs,
    List<String> tags,
    boolean lifo,
    @Nullable String groupId,
    List<JobId> dependsOn,
    boolean removeOnComplete,
    boolean removeOnFail,
    long stallTimeoutMs,
    long keepCompletedAgeMs,
    long keepCompletedCount) {

  public static final JobOptions DEFAULTS = builder().build();

  public JobOptions {
    duration("delay", delayMs);
    duration("ttl", ttlMs);
    duration("timeout", timeoutMs);
    duration("backoff", backoffMs);
    duration("debounce_ttl", debounceTtlMs);
    duration("stall_timeout", stallTimeoutMs);
    duration("keep_completed_age", keepCompletedAgeMs);
    require(maxAttempts >= 0, INVALID_REQUEST, "max_attempts is between 0 and 2147483647");
    require(keepCompletedCount >= 0, INVALID_REQUEST, "keep_completed_count is not negative");
    key("unique_key", uniqueKey);
    key("job_id", customId);
    key("debounce_id", debounceId);
    key("group_id", groupId);
    require(tags.size() <= Limits.TAGS, INVALID_REQUEST, "at most " + Limits.TAGS + " tags");
    for (String tag : tags) {
      require(
          Text.utf8Length(tag) <= Limits.TAG_BYTES,
          INVALID_REQUEST,
          "a tag has at most " + Limits.TAG_BYTES + " bytes");
    }
    require(
        dependsOn.size() <= Limits.DEPENDENCIES,
        INVALID_REQUEST,
        "at most " + Limits.DEPENDENCIES + " ids in depends_on");
    tags = List.copyOf(tags);
    dependsOn = List.copyOf(dependsOn);
  }

  private static void duration(String field, long ms) {
    require(
        ms >= 0 && ms <= Limits.DURATION_MS,
        INVALID_REQUEST,
        field + " is between 0 and " + Limits.DURATION_MS + " milliseconds");
  }

  private static void key(String field, @Nullable String key) {
    require(
        key == null || (!key.isEmpty() && Text.utf8Length(key) <= Limits.KEY_BYTES),
        INVALID_REQUEST,
        field + " has between 1 and " + Limits.KEY_BYTES + " bytes");
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The same options, to be changed. */
  public Builder toBuilder() {
    Builder copy = builder();
    copy.priority = priority;
    copy.delayMs = delayMs;
    copy.ttlMs = ttlMs;
    copy.timeoutMs = timeoutMs;
    copy.maxAttempts = maxAttempts;
    copy.backoffMs = backoffMs;
    copy.fixedBackoff = fixedBackoff;
    copy.uniqueKey = uniqueKey;
    copy.customId = customId;
    copy.debounceId = debounceId;
    copy.debounceTtlMs = debounceTtlMs;
    copy.tags = tags;
    copy.lifo = lifo;
    copy.groupId = groupId;
    copy.dependsOn = dependsOn;
    copy.removeOnComplete = removeOnComplete;
    copy.removeOnFail = removeOnFail;
    copy.stallTimeoutMs = stallTimeoutMs;
    copy.keepCompletedAgeMs = keepCompletedAgeMs;
    copy.keepCompletedCount = keepCompletedCount;
    return copy;
  }

  /** Collects options; every setter takes the unit of the component of the same name. */
  public static final class Builder {
    private int priority;
    private long delayMs;
    private long ttlMs;
    private long timeoutMs;
    private int maxAttempts;
    private long backoffMs;
    private boolean fixedBackoff;
    private @Nullable String uniqueKey;
    private @Nullable String customId;
    private @Nullable String debounceId;
    private long debounceTtlMs;
    private List<String> tags = List.of();
    private boolean lifo;
    private @Nullable String groupId;
    private List<JobId> dependsOn = List.of();
    private boolean removeOnComplete;
    private boolean removeOnFail;
    private long stallTimeoutMs;
    private long keepCompletedAgeMs;
    private long keepCompletedCount;

    private Builder() {}

    public Builder priority(int value) {
      priority = value;
      return this;
    }

    public Builder delayMs(long value) {
      delayMs = value;
      return this;
    }

    public Builder ttlMs(long value) {
      ttlMs = value;
      return this;
    }

    public Builder timeoutMs(long value) {
      timeoutMs = value;
      return this;
    }

    public Builder maxAttempts(int value) {
      maxAttempts = value;
      return this;
    }

    public Builder backoffMs(long value) {
      backoffMs = value;
      return this;
    }

    public Builder fixedBackoff(boolean value) {
      fixedBackoff = value;
      return this;
    }

    public Builder uniqueKey(@Nullable String value) {
      uniqueKey = value;
      return this;
    }

    public Builder customId(@Nullable String value) {
      customId = value;
      return this;
    }

    public Builder debounceId(@Nullable String value) {
      debounceId = value;
      return this;
    }

    public Builder debounceTtlMs(long value) {
      debounceTtlMs = value;
      return this;
    }

    public Builder tags(List<String> value) {
      tags = value;
      return this;
    }

    public Builder lifo(boolean value) {
      lifo = value;
      return this;
    }

    public Builder groupId(@Nullable String value) {
      groupId = value;
      return this;
    }

    public Builder dependsOn(List<JobId> value) {
      dependsOn = value;
      return this;
    }

    public Builder removeOnComplete(boolean value) {
      removeOnComplete = value;
      return this;
    }

    public Builder removeOnFail(boolean value) {
      removeOnFail = value;
      return this;
    }

    public Builder stallTimeoutMs(long value) {
      stallTimeoutMs = value;
      return this;
    }

    public Builder keepCompletedAgeMs(long value) {
      keepCompletedAgeMs = value;
      return this;
    }

    public Builder keepCompletedCount(long value) {
      keepCompletedCount = value;
      return this;
    }

    public JobOptions build() {
      return new JobOptions(
          priority,
          delayMs,
          ttlMs,
          timeoutMs,
          maxAttempts,
          backoffMs,
          fixedBackoff,
          uniqueKey,
          customId,
          debounceId,
          debounceTtlMs,
          tags,
          lifo,
          groupId,
          dependsOn,
          removeOnComplete,
          removeOnFail,
          stallTimeoutMs,
          keepCompletedAgeMs,
          keepCompletedCount);
    }
  }
}
