package dev.flashq.cluster.peers;

import java.util.function.Predicate;

/** How a node speaks with the other members, besides Raft. */
public interface PeerLink {
  /** Tells all others; returns at once. Their own words come as answers, or by themselves. */
  void tell(Hello hello);

  /**
   * When this node leads: lets another member lead, if one that is allowed can. Returns at once.
   */
  void resign(Predicate<String> allowed);
}
