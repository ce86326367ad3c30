package dev.flashq.protocol.option;

/** What sort of value an option has. */
public enum OptionKind {
  /** A {@link Long} of 32 bits. */
  INT32,
  /** A {@link Long}. */
  INT64,
  /** A {@link Long}: a duration in milliseconds. */
  MILLIS,
  /** A {@link Boolean}. */
  FLAG,
  /** A {@link String}. */
  TEXT,
  /** A {@link String}; on the wire also a number that stands for its digits. */
  TEXT_OR_NUMBER,
  /** A list of {@link String}. */
  TEXTS,
  /** A list of job ids; what they are in memory is left to each place. */
  IDS
}
