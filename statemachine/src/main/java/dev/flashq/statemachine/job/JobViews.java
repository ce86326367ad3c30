package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.SealedTexts;
import org.jspecify.annotations.Nullable;

/** Jobs as clients see them. */
public final class JobViews {
  private JobViews() {}

  /** Whether data or a result of so many bytes is left out of views. */
  public static boolean isLarge(int bytes) {
    return bytes > Limits.INLINE_BYTES;
  }

  /**
   * @param data null when it is left out, because it is large or because nobody sees it
   * @param omittedResult bytes of the result when it is left out
   * @param leasePauseMs for which all leases have stood still
   */
  public static JobView view(
      Job job,
      QueueName queue,
      @Nullable Payload data,
      @Nullable Payload result,
      int omittedResult,
      long leasePauseMs) {
    long runAt = job.createdAt() + job.options().delayMs();
    long startedAt = 0;
    long completedAt = 0;
    long heartbeatAt = 0;
    long leaseUntil = 0;
    switch (job.status()) {
      case JobStatus.Ready ready -> runAt = ready.since();
      case JobStatus.Delayed delayed -> runAt = delayed.runAt();
      case JobStatus.Active active -> {
        startedAt = active.startedAt();
        heartbeatAt = active.heartbeatAt();
        leaseUntil = active.leaseUntil() + leasePauseMs;
      }
      case JobStatus.Completed completed -> {
        startedAt = completed.startedAt();
        completedAt = completed.at();
      }
      case JobStatus.Dead dead -> {
        startedAt = dead.startedAt();
        completedAt = dead.at();
      }
      case JobStatus.Blocked blocked -> runAt = blocked.runAt();
    }
    return new JobView(
        new JobId(job.id()),
        queue,
        job.status().state(),
        job.options(),
        data,
        result,
        sentence(job.error()),
        job.createdAt(),
        runAt,
        startedAt,
        completedAt,
        heartbeatAt,
        leaseUntil,
        job.attempts(),
        job.stalls(),
        job.progress(),
        sentence(job.progressMessage()),
        job.deliveries(),
        isLarge(job.dataBytes()) || omittedResult > 0
            ? new Omitted(data == null ? job.dataBytes() : 0, omittedResult)
            : Omitted.NONE,
        sealed(job),
        false);
  }

  private static SealedTexts sealed(Job job) {
    ByteString error = sealed(job.error());
    ByteString message = sealed(job.progressMessage());
    return error == null && message == null ? SealedTexts.NONE : new SealedTexts(error, message);
  }

  private static @Nullable ByteString sealed(@Nullable Remark remark) {
    return remark == null || remark.sealed().isEmpty() ? null : remark.sealed();
  }

  private static @Nullable String sentence(@Nullable Remark remark) {
    return remark == null ? null : remark.sentence();
  }
}
