package dev.flashq.cluster.raft;

/** While it lasts this node says nothing to followers, which then elect another leader. */
final class Silence {
  private boolean allowed = true;
  private volatile boolean kept;

  /** A node that may lead speaks. */
  synchronized void mayLead(boolean may) {
    allowed = may;
    kept &= !may;
  }

  /** Has no effect on a node that may lead again by now. */
  synchronized void begin() {
    kept = !allowed;
  }

  /** Whether this node may lead. */
  synchronized boolean mayLead() {
    return allowed;
  }

  boolean isKept() {
    return kept;
  }
}
