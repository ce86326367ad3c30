package org.apache.ratis.server.impl;

import java.io.IOException;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;

/**
 * Who may stand for an election, and when. In Ratis's package because nothing public makes a
 * candidate of a follower, or a follower of a candidate.
 */
public final class Candidacy {
  private Candidacy() {}

  /**
   * Brings a member back whose elections were paused: a candidate becomes a follower, which waits
   * for its next election. Ratis makes a paused member that hears nobody a candidate that holds no
   * election, and leaves it one for ever.
   */
  public static void giveUp(RaftServer.Division division) throws IOException {
    if (division instanceof RaftServerImpl server && server.getInfo().isCandidate()) {
      synchronized (server) {
        if (server.getInfo().isCandidate()) {
          var unused =
              server.changeToFollowerAndPersistMetadata(
                  server.getInfo().getCurrentTerm(), false, "elections go on");
        }
      }
    }
  }

  /**
   * A follower forgets its leader, so that it grants others its vote at once; it would refuse them
   * a vote for as long as it heard the leader lately. A leader that is still there is its leader
   * again with its next word.
   *
   * @return whether it followed that leader
   */
  public static boolean forget(RaftServer.Division division, RaftPeerId leader) {
    if (!(division instanceof RaftServerImpl server)) {
      return false;
    }
    synchronized (server) {
      if (!server.getInfo().isFollower() || !leader.equals(server.getState().getLeaderId())) {
        return false;
      }
      server.getState().setLeader(null, "the leader's connection has ended");
      return true;
    }
  }

  /** A follower without a leader asks the others whether they would elect it, and stands if so. */
  public static void stand(RaftServer.Division division) {
    if (division instanceof RaftServerImpl server) {
      synchronized (server) {
        if (server.isRunning()
            && server.getInfo().isFollower()
            && server.getState().getLeaderId() == null) {
          server.changeToCandidate(false);
        }
      }
    }
  }
}
