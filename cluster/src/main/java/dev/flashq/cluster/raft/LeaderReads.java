package dev.flashq.cluster.raft;

import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;

/**
 * On the leader: the index that a reader must have applied to see everything that was answered
 * before it asked.
 */
final class LeaderReads {
  private final ReadRounds rounds;

  LeaderReads(ReadRounds rounds) {
    this.rounds = rounds;
  }

  /**
   * Section 6.4 of the Raft dissertation: note the commit index, then let a majority confirm the
   * leadership.
   */
  CompletableFuture<Long> index(RaftDivision here) {
    try {
      RaftServer.Division division = here.get();
      long term = division.getInfo().getCurrentTerm();
      if (!division.getInfo().isLeaderReady()) {
        return CompletableFuture.failedFuture(
            new IllegalStateException("not the leader, or not ready"));
      }
      long committed = division.getRaftLog().getLastCommittedIndex();
      return rounds
          .begin(heard -> isMajority(division, heard))
          .thenApply(_ -> requireSameTerm(division, term, committed));
    } catch (IOException | IllegalStateException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static long requireSameTerm(RaftServer.Division division, long term, long committed) {
    if (division.getInfo().getCurrentTerm() != term || !division.getInfo().isLeader()) {
      throw new IllegalStateException("the leadership changed during the round");
    }
    return committed;
  }

  /** During a change of the members a majority of the old and one of the new ones are needed. */
  private static boolean isMajority(RaftServer.Division division, Set<String> heard) {
    return isMajority(division, division.getRaftConf().getCurrentPeers(), heard)
        && isMajority(division, division.getRaftConf().getPreviousPeers(), heard);
  }

  private static boolean isMajority(
      RaftServer.Division division, Collection<RaftPeer> peers, Set<String> heard) {
    long confirmed =
        peers.stream()
            .filter(
                peer ->
                    peer.getId().equals(division.getId())
                        || heard.contains(peer.getId().toString()))
            .count();
    return peers.isEmpty() || confirmed > peers.size() / 2;
  }
}
