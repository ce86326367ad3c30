package dev.flashq.cluster.raft;

import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * Tells a follower at once that an entry is committed. Ratis's own appender tells it with the next
 * entry or the next regular heartbeat, some hundred milliseconds later, and we answer a command at
 * the node it came to.
 */
final class PromptLogAppender extends GrpcLogAppender {
  private final Transfers transfers;
  private volatile long toldCommit = -1;

  PromptLogAppender(
      RaftServer.Division server,
      LeaderState leaderState,
      FollowerInfo follower,
      Transfers transfers) {
    super(server, leaderState, follower);
    this.transfers = transfers;
  }

  @Override
  public long getHeartbeatWaitTimeMs() {
    return hasNewsOnly() ? 0 : super.getHeartbeatWaitTimeMs();
  }

  @Override
  public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
    if (request != null && request.getLeaderCommit() > toldCommit) {
      toldCommit = request.getLeaderCommit();
    }
    return request;
  }

  /**
   * A member that lacks entries which it once confirmed has lost its disk. Ratis would offer it for
   * ever what follows them; it gets them again, and finds in them whether it may go on.
   */
  @Override
  protected long getNextIndexForInconsistency(long requestFirstIndex, long replyNextIndex) {
    return replyNextIndex <= getFollower().getMatchIndex()
        ? replyNextIndex
        : super.getNextIndexForInconsistency(requestFirstIndex, replyNextIndex);
  }

  /**
   * A checkpoint goes only to a member that answers heartbeats. Ratis begins to send it to a dead
   * one, does not notice and, when the member is back, still waits for the answers to what it sent
   * before.
   */
  @Override
  public @Nullable SnapshotInfo shouldInstallSnapshot() {
    long silentMs = getFollower().getLastRpcResponseTime().elapsedTimeMs();
    return silentMs < getServer().properties().maxRpcTimeoutMs()
        ? super.shouldInstallSnapshot()
        : null;
  }

  @Override
  public Iterable<InstallSnapshotRequestProto> newInstallSnapshotRequests(
      String requestId, SnapshotInfo snapshot) {
    return transfers.noted(super.newInstallSnapshotRequests(requestId, snapshot));
  }

  /**
   * While entries are on their way or to be sent, they carry the news, and an empty request could
   * not.
   */
  private boolean hasNewsOnly() {
    long commit = getRaftLog().getLastCommittedIndex();
    return commit > toldCommit
        && commit > getFollower().getCommitIndex()
        && !hasAppendEntries()
        && !hasPendingDataRequests();
  }
}
