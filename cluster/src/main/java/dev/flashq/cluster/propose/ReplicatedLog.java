package dev.flashq.cluster.propose;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;

/** Where entries go; Raft in a node, something faster in a simulation. */
public interface ReplicatedLog {
  /** Whether there is a leader to send to, as far as this node knows. */
  boolean hasLeader();

  /**
   * Hands an entry to the current leader; may block while it is being appended here. The future
   * completes when the leader has applied the entry; it fails with {@link NotSentException} when
   * the entry has certainly not entered the log by this attempt, and with anything else when nobody
   * knows.
   */
  CompletableFuture<Void> append(ByteString entry);
}
