package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One job as clients see it. Times are Unix milliseconds, 0 when they do not apply.
 *
 * @param data null when it is left out
 * @param result what the completed job produced, if anything; null when it is left out
 * @param error the text of the latest failure
 * @param lease number of the latest delivery, from 1; 0 before the first
 * @param omitted what is left out because it is large
 */
public record JobView(
    JobId id,
    QueueName queue,
    JobState state,
    JobOptions options,
    @Nullable Payload data,
    @Nullable Payload result,
    @Nullable String error,
    long createdAt,
    long runAt,
    long startedAt,
    long completedAt,
    long lastHeartbeat,
    long leaseUntil,
    int attempts,
    int stalls,
    int progress,
    @Nullable String progressMessage,
    long lease,
    Omitted omitted) {

  /** The same job with other data and another result. */
  public JobView with(@Nullable Payload itsData, @Nullable Payload itsResult, Omitted left) {
    return new JobView(
        id,
        queue,
        state,
        options,
        itsData,
        itsResult,
        error,
        createdAt,
        runAt,
        startedAt,
        completedAt,
        lastHeartbeat,
        leaseUntil,
        attempts,
        stalls,
        progress,
        progressMessage,
        lease,
        left);
  }

  public List<String> tags() {
    return options.tags();
  }
}
