package dev.flashq.client;

import dev.flashq.protocol.option.OptionValues;
import dev.flashq.protocol.option.PushOption;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a job is to be treated; every {@code with} answers a changed copy. Durations are sent as
 * whole milliseconds; zero means "not set".
 */
public final class PushOptions extends OptionValues {
  public static final PushOptions DEFAULTS = new PushOptions();

  private PushOptions() {}

  private PushOptions(PushOptions from, PushOption option, @Nullable Object value) {
    super(from);
    put(option, value);
  }

  private PushOptions with(PushOption option, @Nullable Object value) {
    return new PushOptions(this, option, value);
  }

  public int priority() {
    return (int) number(PushOption.PRIORITY);
  }

  public Duration delay() {
    return Duration.ofMillis(number(PushOption.DELAY));
  }

  public Duration ttl() {
    return Duration.ofMillis(number(PushOption.TTL));
  }

  public Duration timeout() {
    return Duration.ofMillis(number(PushOption.TIMEOUT));
  }

  /** Failures after which the job is dead; 0: never. */
  public int maxAttempts() {
    return (int) number(PushOption.MAX_ATTEMPTS);
  }

  /** Pause after a failure; doubled with each unless {@link #fixedBackoff}. */
  public Duration backoff() {
    return Duration.ofMillis(number(PushOption.BACKOFF));
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

  public @Nullable String groupId() {
    return text(PushOption.GROUP_ID);
  }

  public @Nullable String debounceId() {
    return text(PushOption.DEBOUNCE_ID);
  }

  public Duration debounceTtl() {
    return Duration.ofMillis(number(PushOption.DEBOUNCE_TTL));
  }

  public List<String> tags() {
    return texts(PushOption.TAGS);
  }

  public List<Long> dependsOn() {
    return list(PushOption.DEPENDS_ON);
  }

  public boolean lifo() {
    return flag(PushOption.LIFO);
  }

  public boolean groupStrict() {
    return flag(PushOption.GROUP_STRICT);
  }

  public boolean removeOnComplete() {
    return flag(PushOption.REMOVE_ON_COMPLETE);
  }

  public boolean removeOnFail() {
    return flag(PushOption.REMOVE_ON_FAIL);
  }

  public Duration stallTimeout() {
    return Duration.ofMillis(number(PushOption.STALL_TIMEOUT));
  }

  public Duration keepCompletedAge() {
    return Duration.ofMillis(number(PushOption.KEEP_COMPLETED_AGE));
  }

  public long keepCompletedCount() {
    return number(PushOption.KEEP_COMPLETED_COUNT);
  }

  /** Whom the job is about; the cluster keeps no name, so jobs do not say it. */
  public @Nullable String subject() {
    return text(PushOption.SUBJECT);
  }

  public PushOptions withPriority(int value) {
    return with(PushOption.PRIORITY, (long) value);
  }

  public PushOptions withDelay(Duration value) {
    return with(PushOption.DELAY, value.toMillis());
  }

  /** Time after which a job that is not active yet is dropped. */
  public PushOptions withTtl(Duration value) {
    return with(PushOption.TTL, value.toMillis());
  }

  /** Longest time that a delivery may take, however often its lease is renewed. */
  public PushOptions withTimeout(Duration value) {
    return with(PushOption.TIMEOUT, value.toMillis());
  }

  /** Failures allowed, and the pause after the first, which doubles with each. */
  public PushOptions withRetries(int attempts, Duration pause) {
    return with(PushOption.MAX_ATTEMPTS, (long) attempts)
        .with(PushOption.BACKOFF, pause.toMillis())
        .with(PushOption.FIXED_BACKOFF, false);
  }

  /** Failures allowed, and the pause after each. */
  public PushOptions withFixedRetries(int attempts, Duration pause) {
    return withRetries(attempts, pause).with(PushOption.FIXED_BACKOFF, true);
  }

  /** Refused while another job of the queue has the key and has not ended. */
  public PushOptions withUniqueKey(@Nullable String value) {
    return with(PushOption.UNIQUE_KEY, value);
  }

  /** A second push with the same id answers the first one's job. */
  public PushOptions withCustomId(@Nullable String value) {
    return with(PushOption.JOB_ID, value);
  }

  /** Of the jobs of a queue with one group id at most one is active. */
  public PushOptions withGroupId(@Nullable String value) {
    return with(PushOption.GROUP_ID, value);
  }

  /** Refused for so long after a push with the same debounce id; zero: 5 seconds. */
  public PushOptions withDebounce(@Nullable String id, Duration window) {
    return with(PushOption.DEBOUNCE_ID, id).with(PushOption.DEBOUNCE_TTL, window.toMillis());
  }

  public PushOptions withTags(List<String> value) {
    return with(PushOption.TAGS, List.copyOf(value));
  }

  /** Jobs that must have completed before. */
  public PushOptions withDependsOn(List<Long> value) {
    return with(PushOption.DEPENDS_ON, List.copyOf(value));
  }

  /** Whether it stands before the jobs of its priority that were pushed earlier. */
  public PushOptions withLifo(boolean value) {
    return with(PushOption.LIFO, value);
  }

  /** Whether its group waits while this job, having failed, waits for its next attempt. */
  public PushOptions withGroupStrict(boolean value) {
    return with(PushOption.GROUP_STRICT, value);
  }

  public PushOptions withRemoveOnComplete(boolean value) {
    return with(PushOption.REMOVE_ON_COMPLETE, value);
  }

  public PushOptions withRemoveOnFail(boolean value) {
    return with(PushOption.REMOVE_ON_FAIL, value);
  }

  /** Length of a lease; 90 seconds when it is not set. */
  public PushOptions withStallTimeout(Duration value) {
    return with(PushOption.STALL_TIMEOUT, value.toMillis());
  }

  /** How long the completed job is kept, and among how many of its queue; zero: not set. */
  public PushOptions withKeepCompleted(Duration age, long count) {
    return with(PushOption.KEEP_COMPLETED_AGE, age.toMillis())
        .with(PushOption.KEEP_COMPLETED_COUNT, count);
  }

  /**
   * Whom the job is about, in a queue that is encrypted: what it carries can be read until {@link
   * Privacy#destroySubject}.
   */
  public PushOptions withSubject(@Nullable String value) {
    return with(PushOption.SUBJECT, value);
  }
}
