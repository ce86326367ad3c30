package dev.flashq.cluster.replica;

import dev.flashq.cluster.peers.Hello;
import dev.flashq.statemachine.QueueEngine.Outcome;
import java.util.OptionalLong;

/**
 * What the rest of the node hears of its replica and of Raft. Calls are short; those about entries
 * come from the applying thread, in the order of the log.
 */
public interface ReplicaEvents {
  /** An entry was applied here. */
  void applied(long index, Outcome outcome, int entryBytes);

  /** An entry without commands was passed. */
  void passed(long index);

  /**
   * The state was replaced by that of a checkpoint with everything up to the index; events of the
   * entries in it will never come.
   */
  void restored(long index);

  /**
   * The time for an entry that goes into the log here, Unix ms; empty while this node, though it
   * leads, does not know it.
   */
  OptionalLong stamp();

  /** What this node says of itself. */
  Hello hello();

  /** What another member says of itself. */
  void heard(Hello hello);

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
