package dev.flashq.cluster.config;

/**
 * What a node holds of commands that have no answer yet.
 *
 * @param entriesInFlight log entries of this node on their way at the same time
 * @param commands commands waiting or on their way
 * @param bytes their size
 */
public record ProposalLimits(int entriesInFlight, int commands, long bytes) {
  public static final ProposalLimits DEFAULT = new ProposalLimits(4, 200_000, 64L * 1024 * 1024);

  /** Room for one command of the greatest size, whatever the heap is. */
  private static final long MIN_BYTES = 24L * 1024 * 1024;

  /** The limits of a node with so many bytes of heap: an eighth of it. */
  public static ProposalLimits ofHeap(long heap) {
    return new ProposalLimits(
        DEFAULT.entriesInFlight, DEFAULT.commands, Math.max(heap / 8, MIN_BYTES));
  }

  /** Bytes of entries that the leader has taken and not yet applied: three quarters. */
  public long leaderBytes() {
    return bytes / 4 * 3;
  }

  /** Bytes of entries that the log keeps in memory for members that lag: a half. */
  public long cacheBytes() {
    return bytes / 2;
  }

  public ProposalLimits {
    if (entriesInFlight < 1 || commands < 1 || bytes < 1) {
      throw new IllegalArgumentException("the limits of proposals are positive");
    }
  }
}
