package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One job as clients see it. Times are Unix milliseconds, 0 when they do not apply.
 *
 * @param data null when the question was for the header alone
 * @param result what the completed job produced, if anything
 * @param error the text of the latest failure
 * @param lease number of the latest delivery, from 1; 0 before the first
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
    long lease) {

  public List<String> tags() {
    return options.tags();
  }
}
