package dev.flashq.cluster.raft;

import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.jspecify.annotations.Nullable;

/**
 * Ratis's appender of entries to one follower, where it is too slow for us.
 *
 * <p>Tells a follower at once that an entry is committed. Ratis's own appender tells it with the
 * next entry or the next regular heartbeat, some hundred milliseconds later, and we answer a
 * command at the node it came to. And it fills a follower's gap once (see {@link Rewinds}): a
 * leader that needs the follower for its majority cannot serve before that.
 */
final class PromptLogAppender extends GrpcLogAppender {
  /** As a next index: no change. */
  private static final long UNCHANGED = -1;

  /** Milliseconds until the appender looks again whether it may speak. */
  private static final long SILENT_MS = 100;

  private final Transfers transfers;
  private final Silence silence;
  private final CheckpointStorage checkpoints;
  private final Rewinds rewinds = new Rewinds();
  private final Unanswered unanswered = new Unanswered();
  private volatile long toldCommit = -1;

  PromptLogAppender(
      RaftServer.Division server,
      LeaderState leaderState,
      FollowerInfo follower,
      Transfers transfers,
      Silence silence,
      CheckpointStorage checkpoints) {
    super(server, leaderState, follower);
    this.silence = silence;
    this.checkpoints = checkpoints;
    this.transfers = transfers;
  }

  @Override
  public boolean shouldSendAppendEntries() {
    if (silence.isKept()) {
      return false;
    }
    return isFull() ? getHeartbeatWaitTimeMs() <= 0 : super.shouldSendAppendEntries();
  }

  @Override
  public long getHeartbeatWaitTimeMs() {
    if (silence.isKept()) {
      return SILENT_MS;
    }
    return hasNewsOnly() ? 0 : super.getHeartbeatWaitTimeMs();
  }

  @Override
  public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
      throws RaftLogIOException {
    if (silence.isKept()) {
      return null;
    }
    boolean empty = heartbeat || isFull();
    if (empty && getHeartbeatWaitTimeMs() > 0) {
      // While as many entries as may be are on their way, Ratis sends an empty request for each new
      // entry and each answer, the answers to the empty ones included: thousands in a second, to
      // the member that is behind.
      return null;
    }
    // An answer may move the follower on meanwhile, and Ratis reads its index several times. What
    // it then throws would start the appender anew from the first entry of the log.
    long next = getFollower().getNextIndex();
    AppendEntriesRequestProto request;
    try {
      request = super.newAppendEntriesRequest(callId, empty);
    } catch (IllegalStateException e) {
      if (getFollower().getNextIndex() == next) {
        throw e;
      }
      return null;
    }
    if (request == null
        || (request.getEntriesCount() > 0 && getFollower().getNextIndex() != next)) {
      return null;
    }
    request = withCommitOfWhatIsKnown(request);
    toldCommit = Math.max(toldCommit, request.getLeaderCommit());
    if (request.getEntriesCount() > 0) {
      unanswered.sent(next, next + request.getEntriesCount() - 1, request.getSerializedSize());
    }
    return request;
  }

  /**
   * Tells of the commit of entries that the request itself carries, when it does not name the one
   * before them. A follower that gets one without takes its own entry 0 as committed, and the entry
   * behind those it got, whichever they are (Ratis 3.3.0, {@code effectiveCommitIndex}); one that
   * had led a term of its own for a moment then refuses the cluster's entry 0 for ever.
   */
  private static AppendEntriesRequestProto withCommitOfWhatIsKnown(
      AppendEntriesRequestProto request) {
    long known = request.getEntriesCount() - 1L;
    return request.hasPreviousLog() || request.getLeaderCommit() <= known
        ? request
        : request.toBuilder().setLeaderCommit(known).build();
  }

  private boolean isFull() {
    return unanswered.isFull(getFollower().getMatchIndex(), getFollower().getNextIndex());
  }

  @Override
  protected long getNextIndexForInconsistency(long requestFirstIndex, long replyNextIndex) {
    long next = nextAfterRefusal(requestFirstIndex, replyNextIndex);
    long current = getFollower().getNextIndex();
    boolean stale = requestFirstIndex == RaftLog.INVALID_LOG_INDEX;
    long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    return rewinds.take(next, current, stale, nowMs) ? next : UNCHANGED;
  }

  /**
   * A member that lacks entries which it once confirmed has lost its disk. Ratis would offer it for
   * ever what follows them; it gets them again, and finds in them whether it may go on.
   */
  private long nextAfterRefusal(long requestFirstIndex, long replyNextIndex) {
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
    if (silence.isKept()) {
      return null;
    }
    long silentMs = getFollower().getLastRpcResponseTime().elapsedTimeMs();
    return silentMs < getServer().properties().maxRpcTimeoutMs()
        ? super.shouldInstallSnapshot()
        : null;
  }

  @Override
  public Iterable<InstallSnapshotRequestProto> newInstallSnapshotRequests(
      String requestId, SnapshotInfo snapshot) {
    return transfers.noted(
        checkpoints.proved(super.newInstallSnapshotRequests(requestId, snapshot)));
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
