package dev.flashq.cluster.raft;

import org.jspecify.annotations.Nullable;

/** What members ask of each other. Their places are their numbers on the wire. */
enum PeerCall {
  /** A leader's entries, or a heartbeat: Ratis's request and reply. */
  APPEND,
  /** A candidate's request for a vote: Ratis's. */
  VOTE,
  /** A leader tells its successor to stand: Ratis's. */
  STAND,
  /** A part of a checkpoint: Ratis's. */
  CHECKPOINT,
  /** An entry for the leader, see {@link ForwardedEntry}. */
  ENTRY,
  /** A question for a read index: nothing, and 8 bytes. */
  READ_INDEX,
  /** How a member is, and how the other one is: {@link dev.flashq.cluster.peers.Hello}. */
  WORDS;

  private static final PeerCall[] ALL = values();

  int number() {
    return ordinal();
  }

  /** Null: a later version's. */
  static @Nullable PeerCall of(int number) {
    return number < ALL.length ? ALL[number] : null;
  }
}
