package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The push options of one job while they are read; some commands use single ones for other ends.
 * Reused.
 */
final class OptionFields {
  /** A number that was not in the request. */
  static final long ABSENT = Long.MIN_VALUE;

  private boolean anySet;
  private boolean prioritySet;
  private int priority;
  private long delayMs;
  private long ttlMs;
  private long timeoutMs;
  private int maxAttempts;
  private long backoffMs;
  private boolean fixedBackoff;
  private @Nullable String uniqueKey;
  private @Nullable String jobId;
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

  OptionFields() {
    reset();
  }

  void reset() {
    anySet = false;
    prioritySet = false;
    priority = 0;
    delayMs = ABSENT;
    ttlMs = 0;
    timeoutMs = ABSENT;
    maxAttempts = 0;
    backoffMs = 0;
    fixedBackoff = false;
    uniqueKey = null;
    jobId = null;
    debounceId = null;
    debounceTtlMs = 0;
    tags = List.of();
    lifo = false;
    groupId = null;
    dependsOn = List.of();
    removeOnComplete = false;
    removeOnFail = false;
    stallTimeoutMs = 0;
    keepCompletedAgeMs = 0;
    keepCompletedCount = 0;
  }

  /** Reads the field's value if it is an option; otherwise leaves it unread and answers false. */
  boolean read(Field field, ValueReader in) {
    switch (field) {
      case PRIORITY -> priority(Values.int32(in));
      case DELAY -> delayMs = changed(in.integer());
      case TTL -> ttlMs = changed(in.integer());
      case TIMEOUT -> timeoutMs = changed(in.integer());
      case MAX_ATTEMPTS -> maxAttempts = (int) changed(Values.int32(in));
      case BACKOFF -> backoff(in);
      case STALL_TIMEOUT -> stallTimeoutMs = changed(in.integer());
      case DEBOUNCE_TTL -> debounceTtlMs = changed(in.integer());
      case KEEP_COMPLETED_AGE -> keepCompletedAgeMs = changed(in.integer());
      case KEEP_COMPLETED_COUNT -> keepCompletedCount = changed(in.integer());
      case LIFO -> lifo = changed(in.bool());
      case REMOVE_ON_COMPLETE -> removeOnComplete = changed(in.bool());
      case REMOVE_ON_FAIL -> removeOnFail = changed(in.bool());
      default -> {
        return readText(field, in);
      }
    }
    return true;
  }

  private boolean readText(Field field, ValueReader in) {
    switch (field) {
      case JOB_ID -> jobId = Values.idText(in);
      case UNIQUE_KEY -> uniqueKey = in.string();
      case DEBOUNCE_ID -> debounceId = in.string();
      case GROUP_ID -> groupId = in.string();
      case TAGS -> tags = Values.tags(in);
      case DEPENDS_ON -> dependsOn = Values.ids(in);
      default -> {
        return false;
      }
    }
    anySet = true;
    return true;
  }

  private void priority(int value) {
    prioritySet = true;
    priority = (int) changed(value);
  }

  /**
   * Most clients always send some options with their default values: those jobs share one object.
   */
  private long changed(long value) {
    anySet |= value != 0;
    return value;
  }

  private boolean changed(boolean value) {
    anySet |= value;
    return value;
  }

  private void backoff(ValueReader in) {
    if (in.kind() != Kind.MAP) {
      backoffMs = changed(in.integer());
      return;
    }
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      switch (Field.at(name)) {
        case TYPE -> fixedBackoff = changed(backoffType(in.string()));
        case DELAY -> backoffMs = changed(in.integer());
        default -> in.skip();
      }
    }
  }

  private static boolean backoffType(String type) {
    require(
        type.equals("fixed") || type.equals("exponential"),
        INVALID_REQUEST,
        "a backoff is fixed or exponential");
    return type.equals("fixed");
  }

  long timeoutMs(long otherwise) {
    return timeoutMs == ABSENT ? otherwise : timeoutMs;
  }

  long delayMs() {
    require(delayMs != ABSENT, INVALID_REQUEST, "missing field delay");
    return delayMs;
  }

  int priority() {
    require(prioritySet, INVALID_REQUEST, "missing field priority");
    return priority;
  }

  @Nullable String jobId() {
    return jobId;
  }

  JobOptions build() {
    if (!anySet) {
      return JobOptions.DEFAULTS;
    }
    return new JobOptions(
        priority,
        delayMs == ABSENT ? 0 : delayMs,
        ttlMs,
        timeoutMs(0),
        maxAttempts,
        backoffMs,
        fixedBackoff,
        uniqueKey,
        jobId,
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
