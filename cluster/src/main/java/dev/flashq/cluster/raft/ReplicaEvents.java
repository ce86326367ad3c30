package dev.flashq.cluster.raft;

import dev.flashq.statemachine.QueueEngine.Outcome;

/**
 * What the rest of the node hears from the state machine. Calls are short; they come from threads
 * of Ratis.
 */
public interface ReplicaEvents {
  /** An entry was applied here. Called by the applying thread, in the order of the log. */
  void applied(Outcome outcome, int entryBytes);

  /**
   * The state was replaced by a leader's checkpoint; events of the entries in it will never come.
   */
  void restored();

  /** Another leader is known, or the old one again. */
  void leaderChanged();

  /** This node leads and has applied everything of earlier leaders. */
  void leading();

  void notLeading();

  /**
   * This replica cannot go on: its storage failed or it differs from the others. The process must
   * end.
   */
  void failed(Throwable cause);
}
