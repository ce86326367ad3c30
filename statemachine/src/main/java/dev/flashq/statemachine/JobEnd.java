package dev.flashq.statemachine;

import org.jspecify.annotations.Nullable;

/** How a job ended. */
public sealed interface JobEnd {
  /** Its holder acknowledged it. */
  record Completed(@Nullable Payload result) implements JobEnd {}

  /** Without success. */
  enum Without implements JobEnd {
    /** The last attempt failed, or it was discarded, or what it waited for did not complete. */
    FAILED,
    /** Cancelled, expired, or removed with others. */
    REMOVED
  }
}
