package dev.flashq.statemachine.engine;

import org.jspecify.annotations.Nullable;

/** The digests after the latest entries, to be compared with those of other members. */
final class DigestHistory {
  private static final int KEPT = 4096;

  private final long[] indexes = new long[KEPT];
  private final long[] digests = new long[KEPT];

  synchronized void add(long index, long digest) {
    int place = place(index);
    indexes[place] = index;
    digests[place] = digest;
  }

  /** Null when it is not known any more, or not yet, or when the index is not that of an entry. */
  synchronized @Nullable Long at(long index) {
    int place = place(index);
    return index > 0 && indexes[place] == index ? digests[place] : null;
  }

  private static int place(long index) {
    return (int) (index % KEPT);
  }
}
