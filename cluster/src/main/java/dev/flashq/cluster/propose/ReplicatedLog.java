package dev.flashq.cluster.propose;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;

/** The log of the cluster as one node sees it: Raft in a process, a model of it in a simulation. */
public interface ReplicatedLog {
  /** Whether there is a leader to send to, as far as this node knows. */
  boolean hasLeader();

  /** Whether that is this node. */
  boolean leads();

  /** The last entry that this node knows to be committed; -1: none. */
  long committed();

  /**
   * Hands an entry to the current leader; may block while it is being appended here. The future
   * completes when the leader has applied the entry; it fails with {@link NotSentException} when
   * the entry has certainly not entered the log by this attempt, and with anything else when nobody
   * knows.
   */
  CompletableFuture<Void> append(ByteString entry);

  /**
   * Asks the leader once for the index that a reader must have applied to see everything that was
   * answered before. Fails when there is no leader, or when it cannot prove to be one.
   */
  CompletableFuture<Long> readIndex();
}
