package org.apache.ratis.server.impl;

import java.io.IOException;
import org.apache.ratis.server.RaftServer;

/**
 * Brings a member back whose elections were paused. Ratis makes a paused member that hears nobody a
 * candidate that holds no election, and leaves it one for ever. In Ratis's package because nothing
 * public makes a follower of a candidate.
 */
public final class Candidacy {
  private Candidacy() {}

  /** A candidate becomes a follower, which waits for its next election. */
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
}
