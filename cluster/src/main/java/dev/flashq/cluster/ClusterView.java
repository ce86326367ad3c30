package dev.flashq.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of its cluster at one moment.
 *
 * @param leader id of the leader; null while none is known
 * @param role of this node: leader, follower, candidate, or stopped
 * @param appliedIndex the last log entry in this node's state
 * @param snapshotIndex the last log entry in this node's newest checkpoint; -1 without one
 * @param featureLevel what all members have been able to do together so far
 * @param ready whether a client is well served here: there is a leader and this node has caught up
 *     with it
 */
public record ClusterView(
    String cluster,
    String node,
    @Nullable String leader,
    long term,
    String role,
    long appliedIndex,
    long committedIndex,
    long snapshotIndex,
    int featureLevel,
    boolean ready,
    List<MemberView> members) {
  public ClusterView {
    members = List.copyOf(members);
  }

  /**
   * A member as this node sees it.
   *
   * @param appliedIndex the last log entry in the member's state, by its own word of a second ago;
   *     -1: it does not answer
   * @param committedIndex the last entry that the member knows to be committed, as far as this node
   *     has heard; -1: unknown
   * @param clockOffMs how far the member's clock is from that of the majority; null: unknown
   */
  public record MemberView(
      String id,
      String address,
      boolean leader,
      long appliedIndex,
      long committedIndex,
      @Nullable Long clockOffMs) {}
}
