package dev.flashq.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a job is to be treated. Durations are sent as whole milliseconds; zero means "not set".
 *
 * @param maxAttempts failures after which the job is dead; 0: never
 * @param uniqueKey refused while another job of the queue has it and has not ended
 * @param customId a second push with the same id answers the first one's job
 */
public record PushOptions(
    int priority,
    Duration delay,
    Duration ttl,
    Duration timeout,
    int maxAttempts,
    Duration backoff,
    @Nullable String uniqueKey,
    @Nullable String customId,
    @Nullable String groupId,
    List<String> tags,
    List<Long> dependsOn,
    boolean lifo,
    boolean removeOnComplete,
    boolean removeOnFail,
    Duration stallTimeout) {

  public static final PushOptions DEFAULTS =
      new PushOptions(
          0,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          0,
          Duration.ZERO,
          null,
          null,
          null,
          List.of(),
          List.of(),
          false,
          false,
          false,
          Duration.ZERO);

  public PushOptions {
    tags = List.copyOf(tags);
    dependsOn = List.copyOf(dependsOn);
  }

  public PushOptions withPriority(int value) {
    return new PushOptions(
        value,
        delay,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        uniqueKey,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  public PushOptions withDelay(Duration value) {
    return new PushOptions(
        priority,
        value,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        uniqueKey,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  public PushOptions withTimeout(Duration value) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        value,
        maxAttempts,
        backoff,
        uniqueKey,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  /** Failures allowed, and the pause after the first, which doubles with each. */
  public PushOptions withRetries(int attempts, Duration pause) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        timeout,
        attempts,
        pause,
        uniqueKey,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  public PushOptions withUniqueKey(@Nullable String value) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        value,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  public PushOptions withCustomId(@Nullable String value) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        uniqueKey,
        value,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  public PushOptions withGroupId(@Nullable String value) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        uniqueKey,
        customId,
        value,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        stallTimeout);
  }

  public PushOptions withStallTimeout(Duration value) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        uniqueKey,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        removeOnComplete,
        removeOnFail,
        value);
  }

  public PushOptions withRemoveOnComplete(boolean value) {
    return new PushOptions(
        priority,
        delay,
        ttl,
        timeout,
        maxAttempts,
        backoff,
        uniqueKey,
        customId,
        groupId,
        tags,
        dependsOn,
        lifo,
        value,
        removeOnFail,
        stallTimeout);
  }
}
