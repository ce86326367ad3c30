package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.Command.Tick;
import dev.flashq.statemachine.StorageException;

/** The digests after the latest entries, to be compared with those that the leader sends along. */
final class DigestHistory {
  private static final int KEPT = 4096;

  private final long[] indexes = new long[KEPT];
  private final long[] digests = new long[KEPT];

  void add(long index, long digest) {
    int place = (int) (index % KEPT);
    indexes[place] = index;
    digests[place] = digest;
  }

  /**
   * Fails when this replica has another digest for the leader's index; an index it no longer knows
   * passes.
   */
  void check(Tick tick) {
    int place = (int) (tick.digestIndex() % KEPT);
    if (tick.digestIndex() > 0
        && indexes[place] == tick.digestIndex()
        && digests[place] != tick.digest()) {
      throw new StorageException(
          "this replica differs from the leader's state at index "
              + tick.digestIndex()
              + ": it must not go on; replace its data by a snapshot of another node");
    }
  }
}
