package dev.flashq.statemachine.job;

import dev.flashq.statemachine.JobOptions;
import org.jspecify.annotations.Nullable;

/**
 * A job's header: everything but its data and result.
 *
 * @param queue number of its queue
 * @param dataBytes size of its data
 * @param attempts failures so far
 * @param stalls how often a lease ran out
 * @param deliveries how often it was handed out; the latest one's number is the lease
 * @param error what is said of the latest failure
 * @param dependents how many jobs wait for this one
 */
public record Job(
    long id,
    int queue,
    JobOptions options,
    int dataBytes,
    long createdAt,
    int attempts,
    int stalls,
    long deliveries,
    int progress,
    @Nullable Remark progressMessage,
    @Nullable Remark error,
    int dependents,
    JobStatus status) {

  // Ids and short texts are many times larger in memory than in their encoding.
  private static final int WEIGHT = 128;
  private static final int ID_WEIGHT = 24;
  private static final int TEXT_WEIGHT = 56;

  /** About how many bytes it takes, in memory or encoded; the same on every replica. */
  int weight() {
    int weight = WEIGHT + remark(progressMessage) + remark(error);
    if (options == JobOptions.DEFAULTS) {
      return weight;
    }
    for (String tag : options.tags()) {
      weight += text(tag);
    }
    return weight
        + ID_WEIGHT * options.dependsOn().size()
        + text(options.uniqueKey())
        + text(options.customId())
        + text(options.debounceId())
        + text(options.groupId())
        + text(options.subject());
  }

  /** Not by our sentences, which may change. */
  private static int remark(@Nullable Remark remark) {
    return remark == null ? 0 : text(remark.text()) + remark.sealed().size();
  }

  private static int text(@Nullable String text) {
    return text == null ? 0 : TEXT_WEIGHT + text.length();
  }

  /** When it came into the state in which it is. */
  long since() {
    return switch (status) {
      case JobStatus.Ready ready -> ready.since();
      case JobStatus.Delayed delayed -> delayed.since();
      case JobStatus.Active active -> active.startedAt();
      case JobStatus.Completed completed -> completed.at();
      case JobStatus.Dead dead -> dead.at();
      case JobStatus.Blocked blocked -> blocked.since();
    };
  }

  public Job in(JobStatus next) {
    return new Job(
        id,
        queue,
        options,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries,
        progress,
        progressMessage,
        error,
        dependents,
        next);
  }

  Job with(JobOptions changed) {
    return new Job(
        id,
        queue,
        changed,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries,
        progress,
        progressMessage,
        error,
        dependents,
        status);
  }

  Job withDataBytes(int changed) {
    return new Job(
        id,
        queue,
        options,
        changed,
        createdAt,
        attempts,
        stalls,
        deliveries,
        progress,
        progressMessage,
        error,
        dependents,
        status);
  }

  Job withDelivery() {
    return new Job(
        id,
        queue,
        options,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries + 1,
        progress,
        progressMessage,
        error,
        dependents,
        status);
  }

  /** The remark stands where the progress stood too, as in flashQ. */
  Job withFailure(Remark remark) {
    return failed(remark, attempts + 1, stalls);
  }

  /** Its worker was lost. */
  Job withStall() {
    return failed(Remark.STALLED, attempts, stalls + 1);
  }

  private Job failed(Remark remark, int attempts, int stalls) {
    return new Job(
        id,
        queue,
        options,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries,
        progress,
        remark,
        remark,
        dependents,
        status);
  }

  Job withError(Remark remark) {
    return new Job(
        id,
        queue,
        options,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries,
        progress,
        progressMessage,
        remark,
        dependents,
        status);
  }

  Job withProgress(int percent, @Nullable Remark message) {
    return new Job(
        id,
        queue,
        options,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries,
        percent,
        message,
        error,
        dependents,
        status);
  }

  Job withDependents(int changed) {
    return new Job(
        id,
        queue,
        options,
        dataBytes,
        createdAt,
        attempts,
        stalls,
        deliveries,
        progress,
        progressMessage,
        error,
        changed,
        status);
  }

  /**
   * As after a fresh push: no failures, no stalls; the time to live was for the first life.
   * Deliveries go on counting, so that no lease is used twice.
   */
  Job afresh() {
    return new Job(
        id,
        queue,
        options.ttlMs() == 0 ? options : options.toBuilder().ttlMs(0).build(),
        dataBytes,
        createdAt,
        0,
        0,
        deliveries,
        progress,
        progressMessage,
        error,
        dependents,
        status);
  }
}
