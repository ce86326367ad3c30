package dev.flashq.statemachine.job;

import dev.flashq.statemachine.store.Slot;

/**
 * A completed job's place in the order of expiry, or of completion. The value holds, above the bits
 * of a job id, what must be known to forget the job without reading its header: completed jobs are
 * forgotten as often as jobs complete.
 */
public final class CompletedSlot {
  /** It has a custom id or is about somebody. */
  private static final long NEEDS_HEADER = 1L << 62;

  private static final long HAS_RESULT = 1L << 61;
  private static final long ID = (1L << 53) - 1;

  private CompletedSlot() {}

  static Slot of(Job job, JobStatus.Completed completed) {
    long value = job.id();
    boolean more = job.options().customId() != null || job.options().subject() != null;
    value |= more ? NEEDS_HEADER : 0;
    value |= completed.resultBytes() > 0 ? HAS_RESULT : 0;
    return new Slot(isAged(job) ? completed.at() : completed.expiresAt(), job.id(), value);
  }

  /** Whether it is kept for a time of its own: it then stands in the other order. */
  static boolean isAged(Job job) {
    return job.options().keepCompletedAgeMs() != 0;
  }

  public static long job(long value) {
    return value & ID;
  }

  static boolean needsHeader(Slot slot) {
    return (slot.value() & NEEDS_HEADER) != 0;
  }

  static boolean hasResult(Slot slot) {
    return (slot.value() & HAS_RESULT) != 0;
  }
}
