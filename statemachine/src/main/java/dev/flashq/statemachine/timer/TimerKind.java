package dev.flashq.statemachine.timer;

/** What a timer is for. The order is part of the store: add at the end. */
public enum TimerKind {
  /** A delayed job becomes ready. Subject: job id. */
  DELAY,
  /** A job that nobody took in time is removed. Subject: job id. */
  EXPIRY,
  /** Completed jobs of a queue are forgotten. Subject: queue number. */
  RETENTION,
  /** A debounce window ends. Subject: a number; the stored value names the window. */
  DEBOUNCE,
  /** Silent clients of a principal are forgotten. Subject: a number; the stored value names it. */
  SILENT_CLIENTS,
  /**
   * More jobs that waited for a job that has completed. Subject: its id; the stored value tells
   * where to go on.
   */
  DEPENDENTS,
  /** The same for a job that will not complete. */
  DEPENDENTS_OF_FAILED,
  /** A queue that holds nothing and has no settings is forgotten. Subject: queue number. */
  IDLE_QUEUE,
  /** A token ends. Subject: number of the credential. */
  CREDENTIAL_END,
  /** The oldest blocks of the audit trail are old enough to go. Subject: 0. */
  AUDIT_RETENTION,
  /** What is kept by policies is looked through. Subject: 0; the stored value names a queue. */
  RETENTION_SWEEP,
  /** The key of a data subject may have had no job for a while. Subject: number of the key. */
  UNUSED_SUBJECT
}
