package dev.flashq.statemachine;

/**
 * Something that an applied entry has led to, as data. What waits, counts or tells others listens
 * to facts and to nothing else of the state machine. New kinds are added; who listens takes those
 * that it knows.
 */
public sealed interface Fact {
  /** A pull of the queue may find jobs that it could not find before. */
  record QueueReady(QueueName queue) implements Fact {}

  /** The job has ended, and may be gone. */
  record JobEnded(JobId job, QueueName queue, JobEnd end) implements Fact {}

  /** What may be done, and how much of it, has changed: settings of the queue. */
  record RulesChanged(QueueName queue) implements Fact {}

  /** What is said about data has changed. */
  record DataRulesChanged() implements Fact {}

  /** Who may do what has changed. */
  record AccessChanged() implements Fact {}
}
