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

  public ProposalLimits {
    if (entriesInFlight < 1 || commands < 1 || bytes < 1) {
      throw new IllegalArgumentException("the limits of proposals are positive");
    }
  }
}
