package dev.flashq.cluster.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far the log may be dropped: not up to the newest checkpoint but up to an older one, so that a
 * member that was away for a moment gets entries and not the whole state. For the applying thread.
 */
final class LogHorizon {
  /** The log between two checkpoints is kept so many times. */
  static final int INTERVALS = 4;

  private static final int CHECKPOINTS = 64;

  private final long bytes;
  private final Deque<Mark> marks = new ArrayDeque<>();
  private long applied;

  private record Mark(long index, long applied) {}

  /**
   * @param bytes of log that are kept, at most, when the newest checkpoint has just been taken
   */
  LogHorizon(long bytes) {
    this.bytes = bytes;
  }

  /** The state starts from a checkpoint, or from nothing: -1. */
  void restart(long index) {
    marks.clear();
    marks.add(new Mark(index, applied));
  }

  void applied(int entryBytes) {
    applied += entryBytes;
  }

  /** The last entry that may go, now that there is a checkpoint of this one; never goes back. */
  long after(long checkpoint) {
    if (checkpoint > marks.getLast().index) {
      marks.add(new Mark(checkpoint, applied));
    }
    while (applied - marks.getFirst().applied > bytes || marks.size() > CHECKPOINTS) {
      marks.removeFirst();
    }
    return marks.getFirst().index;
  }
}
