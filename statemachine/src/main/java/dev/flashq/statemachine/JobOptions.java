package dev.flashq.statemachine;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.option.OptionValues;
import dev.flashq.protocol.option.PushOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a push says about a job besides its data. Times are milliseconds; 0 means "not set". */
public final class JobOptions extends OptionValues {
  public static final JobOptions DEFAULTS = new JobOptions(builder());

  private JobOptions(Builder options) {
    super(options);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The same options, to be changed. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  public List<JobId> ids(PushOption option) {
    return list(option);
  }

  public int priority() {
    return (int) number(PushOption.PRIORITY);
  }

  public long delayMs() {
    return number(PushOption.DELAY);
  }

  public long ttlMs() {
    return number(PushOption.TTL);
  }

  public long timeoutMs() {
    return number(PushOption.TIMEOUT);
  }

  /** Failures after which the job is dead; 0: never. */
  public int maxAttempts() {
    return (int) number(PushOption.MAX_ATTEMPTS);
  }

  /** Pause before a retry; doubled with every failure unless {@link #fixedBackoff}. */
  public long backoffMs() {
    return number(PushOption.BACKOFF);
  }

  public boolean fixedBackoff() {
    return flag(PushOption.FIXED_BACKOFF);
  }

  public @Nullable String uniqueKey() {
    return text(PushOption.UNIQUE_KEY);
  }

  public @Nullable String customId() {
    return text(PushOption.JOB_ID);
  }

  public @Nullable String debounceId() {
    return text(PushOption.DEBOUNCE_ID);
  }

  public long debounceTtlMs() {
    return number(PushOption.DEBOUNCE_TTL);
  }

  public List<String> tags() {
    return texts(PushOption.TAGS);
  }

  public boolean lifo() {
    return flag(PushOption.LIFO);
  }

  public @Nullable String groupId() {
    return text(PushOption.GROUP_ID);
  }

  /** Whether the group waits while this job, having failed, waits for its next attempt. */
  public boolean groupStrict() {
    return flag(PushOption.GROUP_STRICT);
  }

  public List<JobId> dependsOn() {
    return ids(PushOption.DEPENDS_ON);
  }

  public boolean removeOnComplete() {
    return flag(PushOption.REMOVE_ON_COMPLETE);
  }

  public boolean removeOnFail() {
    return flag(PushOption.REMOVE_ON_FAIL);
  }

  /** Length of a lease; 0: {@link Limits#LEASE_MS}. */
  public long stallTimeoutMs() {
    return number(PushOption.STALL_TIMEOUT);
  }

  public long keepCompletedAgeMs() {
    return number(PushOption.KEEP_COMPLETED_AGE);
  }

  public long keepCompletedCount() {
    return number(PushOption.KEEP_COMPLETED_COUNT);
  }

  /** Whom the job is about; in the log the number of that one's key, as a text. */
  public @Nullable String subject() {
    return text(PushOption.SUBJECT);
  }

  /** The number of the key of whom it is about; 0: of nobody, -1: no number. */
  public long subjectKey() {
    String subject = subject();
    return subject == null ? 0 : Named.number(subject);
  }

  /** Reads numbers that are meant to be some. */
  private static final class Named {
    private static final int DIGITS = 18;

    static long number(String text) {
      if (text.length() > DIGITS || text.isEmpty()) {
        return -1;
      }
      long number = 0;
      for (int i = 0; i < text.length(); i++) {
        int digit = text.charAt(i) - '0';
        if (digit < 0 || digit > 9) {
          return -1;
        }
        number = 10 * number + digit;
      }
      return number == 0 ? -1 : number;
    }
  }

  /** Collects options; every setter takes the unit of the getter of the same name. */
  public static final class Builder extends OptionValues {
    private Builder() {}

    private Builder(JobOptions options) {
      super(options);
    }

    /** The value must be of the option's kind; null means "not set". */
    public Builder set(PushOption option, @Nullable Object value) {
      put(option, value);
      return this;
    }

    /** Takes everything back. */
    public void clear() {
      takeAllBack();
    }

    public Builder priority(int value) {
      return set(PushOption.PRIORITY, (long) value);
    }

    public Builder delayMs(long value) {
      return set(PushOption.DELAY, value);
    }

    public Builder ttlMs(long value) {
      return set(PushOption.TTL, value);
    }

    public Builder timeoutMs(long value) {
      return set(PushOption.TIMEOUT, value);
    }

    public Builder maxAttempts(int value) {
      return set(PushOption.MAX_ATTEMPTS, (long) value);
    }

    public Builder backoffMs(long value) {
      return set(PushOption.BACKOFF, value);
    }

    public Builder fixedBackoff(boolean value) {
      return set(PushOption.FIXED_BACKOFF, value);
    }

    public Builder uniqueKey(@Nullable String value) {
      return set(PushOption.UNIQUE_KEY, value);
    }

    public Builder customId(@Nullable String value) {
      return set(PushOption.JOB_ID, value);
    }

    public Builder debounceId(@Nullable String value) {
      return set(PushOption.DEBOUNCE_ID, value);
    }

    public Builder debounceTtlMs(long value) {
      return set(PushOption.DEBOUNCE_TTL, value);
    }

    public Builder tags(List<String> value) {
      return set(PushOption.TAGS, value);
    }

    public Builder subject(@Nullable String value) {
      return set(PushOption.SUBJECT, value);
    }

    public Builder lifo(boolean value) {
      return set(PushOption.LIFO, value);
    }

    public Builder groupId(@Nullable String value) {
      return set(PushOption.GROUP_ID, value);
    }

    public Builder groupStrict(boolean value) {
      return set(PushOption.GROUP_STRICT, value);
    }

    public Builder dependsOn(List<JobId> value) {
      return set(PushOption.DEPENDS_ON, value);
    }

    public Builder removeOnComplete(boolean value) {
      return set(PushOption.REMOVE_ON_COMPLETE, value);
    }

    public Builder removeOnFail(boolean value) {
      return set(PushOption.REMOVE_ON_FAIL, value);
    }

    public Builder stallTimeoutMs(long value) {
      return set(PushOption.STALL_TIMEOUT, value);
    }

    public Builder keepCompletedAgeMs(long value) {
      return set(PushOption.KEEP_COMPLETED_AGE, value);
    }

    public Builder keepCompletedCount(long value) {
      return set(PushOption.KEEP_COMPLETED_COUNT, value);
    }

    /** Jobs without options share one object. */
    public JobOptions build() {
      return isEmpty() ? DEFAULTS : new JobOptions(this);
    }
  }
}
