package dev.flashq.rpc;

/** What a message may overtake on its connection. Those of one lane keep their order. */
public enum Lane {
  /** Small, and of no use when it is late; goes before everything that has not been written yet. */
  URGENT,
  /** The usual. */
  ORDERED,
  /** Large ones, which share the connection with those of the usual lane, a part each in turn. */
  BULK
}
