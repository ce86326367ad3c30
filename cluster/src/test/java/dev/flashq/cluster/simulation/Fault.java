package dev.flashq.cluster.simulation;

/**
 * Something that goes wrong at a time, for a while.
 *
 * @param node -1: whoever leads then
 * @param size what it is about: a probability in thousandths, milliseconds of a clock, a peer
 */
record Fault(long atMs, Kind kind, int node, long durationMs, long size) {
  enum Kind {
    KILL,
    POWER_CUT,
    POWER_CUT_OF_ALL,
    STOP,
    FREEZE,
    LEAVE_LEADERSHIP,
    ISOLATE,
    CUT_PAIR,
    CUT_ONE_WAY,
    LOSS,
    SLOW_NETWORK,
    SLOW_DISK,
    HUNG_DISK,
    FAILING_DISK,
    FULL_DISK,
    CLOCK_JUMP,
    CLOCK_DRIFT
  }

  boolean touchesClocks() {
    return kind == Kind.CLOCK_JUMP || kind == Kind.CLOCK_DRIFT;
  }

  @Override
  public String toString() {
    return "at %d ms %s of %s for %d ms (%d)"
        .formatted(atMs, kind, node < 0 ? "the leader" : "n" + node, durationMs, size);
  }
}
