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
 * @param sealed texts that are not in the view until they are opened
 * @param unreadable whether something of it is not there any more, because its key was destroyed
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
    Omitted omitted,
    SealedTexts sealed,
    boolean unreadable) {

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
        left,
        sealed,
        unreadable);
  }

  /** Whether something of it has to be opened. */
  public boolean isSealed() {
    return !sealed.equals(SealedTexts.NONE)
        || (data != null && data.isSealed())
        || (result != null && result.isSealed());
  }

  /**
   * The same job when it has been opened.
   *
   * @param gone whether something of it could not be, because its key was destroyed
   */
  public JobView opened(
      @Nullable Payload itsData,
      @Nullable Payload itsResult,
      @Nullable String itsError,
      @Nullable String itsMessage,
      boolean gone) {
    return new JobView(
        id,
        queue,
        state,
        options,
        itsData,
        itsResult,
        itsError,
        createdAt,
        runAt,
        startedAt,
        completedAt,
        lastHeartbeat,
        leaseUntil,
        attempts,
        stalls,
        progress,
        itsMessage,
        lease,
        omitted,
        SealedTexts.NONE,
        unreadable || gone);
  }

  /** The same job, of which something is not there any more or all is. */
  public JobView unreadable(boolean value) {
    return value == unreadable ? this : opened(data, result, error, progressMessage, value);
  }

  public List<String> tags() {
    return options.tags();
  }
}
