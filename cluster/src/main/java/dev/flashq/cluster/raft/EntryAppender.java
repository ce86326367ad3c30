package dev.flashq.cluster.raft;

import dev.flashq.rpc.CallFailedException;
import dev.flashq.rpc.Callback;
import dev.flashq.rpc.Lane;
import dev.flashq.rpc.PeerNetwork;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.raftlog.segmented.CachedEntries;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * Brings one follower the leader's entries. It has no thread: it acts on the event loop of the
 * peers, when an entry has been appended, when an answer comes, and when something is due.
 *
 * <p>Entries are sent ahead of the answers, up to a window. After a lost connection, a refusal or a
 * new leadership one request goes alone, until the follower has taken one: what it has is not known
 * before. A request is never sent twice on one connection for want of an answer: as long as there
 * is a connection the follower has it, or will.
 */
final class EntryAppender extends LogAppenderBase {
  /** Requests with entries that are on their way at the same time. */
  private static final int OPEN_APPENDS = 16;

  /** Heartbeats that are on their way at the same time. */
  private static final int OPEN_HEARTBEATS = 8;

  /** Entries of one request. */
  private static final int ENTRIES = 128;

  /** Bytes of one request; a larger entry goes alone. */
  private static final long REQUEST_BYTES = 1024 * 1024;

  /**
   * Microseconds in which the next entry would bring the news that those before it are committed.
   * Then, if nobody waits for it sooner, it goes by itself.
   */
  private static final long NEWS_MICROS = 2_000;

  /** Milliseconds until the appender looks again whether it may speak. */
  private static final long SILENT_MS = 100;

  /** Milliseconds after a call that the follower could not carry out. */
  private static final long REST_MS = 50;

  /** Milliseconds after a checkpoint that could not be sent. */
  private static final long TRANSFER_REST_MS = 1_000;

  /** Milliseconds: the connection ends before that. */
  private static final long FOREVER_MS = TimeUnit.HOURS.toMillis(1);

  /** As a next index: no change. */
  private static final long UNCHANGED = -1;

  private final PeerNetwork network;
  private final Transfers transfers;
  private final Silence silence;
  private final CheckpointStorage checkpoints;
  private final String member;
  private final Rewinds rewinds = new Rewinds();
  private final Unanswered unanswered = new Unanswered();
  private final AtomicLong callId = new AtomicLong();
  private final AtomicBoolean stepIsDue = new AtomicBoolean();
  private volatile boolean started;
  private volatile boolean stopped;

  /** The last entry of whose commit the follower has been told. */
  private volatile long toldCommit = -1;

  /** An entry of whose commit the follower waits to hear. */
  private volatile long wantedCommit = -1;

  /** When news go by themselves; of {@link System#nanoTime}. */
  private volatile long newsAt = System.nanoTime();

  /** Set on the event loop; others ask whether there are any. */
  private volatile int openAppends;

  /** For the event loop alone, as all below. Calls of an earlier one say nothing of the next. */
  private long epoch;

  private boolean probing = true;
  private int openAppendsOfEpoch;
  private int openHeartbeats;
  private @Nullable LogEntryProto loaded;
  private boolean loading;
  private @Nullable CheckpointTransfer transfer;
  private long restUntil = System.nanoTime();
  private @Nullable Runnable alarm;
  private long alarmAt;

  EntryAppender(
      RaftServer.Division server,
      LeaderState leaderState,
      FollowerInfo follower,
      PeerRpc.Parts parts) {
    super(server, leaderState, follower);
    this.network = parts.network();
    this.transfers = parts.transfers();
    this.silence = parts.silence();
    this.checkpoints = parts.checkpoints();
    this.member = follower.getId().toString();
  }

  @Override
  public void start() {
    started = true;
    wake();
  }

  @Override
  public boolean isRunning() {
    return started
        && !stopped
        && getServer().getInfo().isAlive()
        && getServer().getInfo().isLeader()
        && getRaftLog().isOpened();
  }

  /** Is over at once: whoever waits for it may be the event loop. */
  @Override
  public CompletableFuture<LifeCycle.State> stopAsync() {
    stopped = true;
    wake();
    return CompletableFuture.completedFuture(LifeCycle.State.CLOSED);
  }

  @Override
  public void run() {
    throw new UnsupportedOperationException("it has no thread");
  }

  @Override
  public long getCallId() {
    return callId.get();
  }

  @Override
  public Comparator<Long> getCallIdComparator() {
    return Comparator.naturalOrder();
  }

  /** Something may have to be sent. For any thread; costs little when it need not. */
  @Override
  public void notifyLogAppender() {
    if (hasAppendEntries() || getHeartbeatWaitTimeMs() <= 0 || newsAreDue()) {
      wake();
    }
  }

  /** The follower waits to hear that everything up to now is committed. */
  void hurryNews() {
    long commit = getRaftLog().getLastCommittedIndex();
    if (commit > toldCommit) {
      wantedCommit = commit;
      wake();
    }
  }

  /** Acts soon. */
  void wake() {
    if (!stepIsDue.get() && stepIsDue.compareAndSet(false, true)) {
      network.execute(this::step);
    }
  }

  private void step() {
    stepIsDue.set(false);
    if (!isRunning()) {
      end();
      return;
    }
    try {
      act();
    } catch (RuntimeException e) {
      if (isRunning()) {
        LOG.warn("{}: entries for {} cannot be sent now", this, member, e);
        rest(REST_MS);
      }
    }
    setAlarm();
  }

  private void end() {
    CheckpointTransfer sending = transfer;
    if (sending != null) {
      sending.stop();
    }
    Runnable set = alarm;
    if (set != null) {
      set.run();
      alarm = null;
    }
  }

  private void act() {
    if (silence.isKept() || restUntil - System.nanoTime() > 0) {
      return;
    }
    if (network.isConnected(member)) {
      if (transfer == null && !loading) {
        sendWhatIsMissing();
      }
      if (openHeartbeats < OPEN_HEARTBEATS && (getHeartbeatWaitTimeMs() <= 0 || newsAreDue())) {
        sendHeartbeat();
      }
    }
    getLeaderState().checkHealth(getFollower());
  }

  private void rest(long ms) {
    restUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
  }

  /**
   * While entries are on their way or to be sent, they carry the news, and an empty request could
   * not.
   */
  private boolean newsAreDue() {
    long commit = getRaftLog().getLastCommittedIndex();
    return commit > toldCommit
        && commit > getFollower().getCommitIndex()
        && !hasAppendEntries()
        && openAppends == 0
        && (wantedCommit > toldCommit || newsAt - System.nanoTime() <= 0);
  }

  @Override
  public boolean hasPendingDataRequests() {
    return openAppends > 0;
  }

  private void setAlarm() {
    long now = System.nanoTime();
    long due = now + TimeUnit.MILLISECONDS.toNanos(Math.max(1, getHeartbeatWaitTimeMs()));
    if (silence.isKept() || !network.isConnected(member)) {
      due = now + TimeUnit.MILLISECONDS.toNanos(SILENT_MS);
    } else if (restUntil - now > 0) {
      due = restUntil;
    } else if (toldCommit < getFollower().getNextIndex() - 1 && newsAt - now > 0) {
      due = newsAt - due < 0 ? newsAt : due;
    }
    if (alarm != null && alarmAt - due <= 0) {
      return;
    }
    if (alarm != null) {
      alarm.run();
    }
    alarmAt = due;
    alarm =
        network.after(
            Math.max(1, TimeUnit.NANOSECONDS.toMicros(due - now)),
            () -> {
              alarm = null;
              step();
            });
  }

  private void sendWhatIsMissing() {
    SnapshotInfo snapshot = shouldInstallSnapshot();
    if (snapshot != null) {
      sendCheckpoint(snapshot);
      return;
    }
    while (hasAppendEntries() && maySend()) {
      List<LogEntryProto> entries = nextEntries();
      if (entries.isEmpty() || !send(entries)) {
        return;
      }
    }
  }

  private boolean maySend() {
    return openAppends < OPEN_APPENDS
        && !(probing && openAppendsOfEpoch > 0)
        && !unanswered.isFull(getFollower().getMatchIndex(), getFollower().getNextIndex());
  }

  /** Empty: they have to be read from the disk first, or a checkpoint has to be sent. */
  private List<LogEntryProto> nextEntries() {
    long next = getFollower().getNextIndex();
    List<LogEntryProto> entries = new ArrayList<>();
    long bytes = 0;
    long end = getRaftLog().getNextIndex();
    for (long index = next; index < end && entries.size() < ENTRIES; index++) {
      LogEntryProto entry = entry(index);
      if (entry == null) {
        if (entries.isEmpty()) {
          load(index);
        }
        break;
      }
      bytes += entry.getSerializedSize();
      if (bytes > REQUEST_BYTES && !entries.isEmpty()) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  private @Nullable LogEntryProto entry(long index) {
    LogEntryProto cached = CachedEntries.get(getRaftLog(), index);
    LogEntryProto read = loaded;
    return cached == null && read != null && read.getIndex() == index ? read : cached;
  }

  /** Reads an entry, and what stands around it, off the event loop. */
  private void load(long index) {
    loading = true;
    Thread.ofVirtual()
        .name("reading-log-for-" + member)
        .start(
            () -> {
              LogEntryProto read = null;
              try {
                read = getRaftLog().get(index);
              } catch (IOException | RuntimeException e) {
                LOG.warn("{}: entry {} cannot be read", this, index, e);
              }
              LogEntryProto entry = read;
              network.execute(
                  () -> {
                    loading = false;
                    loaded = entry;
                    if (entry == null) {
                      rest(REST_MS);
                    }
                    step();
                  });
            });
  }

  /**
   * False: the entry before them is not there any more. The follower gets a checkpoint as soon as
   * it has answered a heartbeat.
   */
  private boolean send(List<LogEntryProto> entries) {
    long next = getFollower().getNextIndex();
    TermIndex previous = getPrevious(next);
    if (previous == null
        && next > RaftLog.LEAST_VALID_LOG_INDEX
        && next != getFollower().getSnapshotIndex() + 1) {
      LOG.debug("{}: the entry before {} is not there any more", this, next);
      return false;
    }
    long id = callId.getAndIncrement();
    AppendEntriesRequestProto request =
        withCommitOfWhatIsKnown(
            getLeaderState().newAppendEntriesRequestProto(getFollower(), entries, previous, id));
    long last = next + entries.size() - 1;
    getFollower().increaseNextIndex(last + 1);
    getFollower().updateLastRpcSendTime(false);
    unanswered.sent(next, last, request.getSerializedSize());
    told(request);
    newsAt = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(NEWS_MICROS);
    openAppends = openAppends + 1;
    openAppendsOfEpoch++;
    loaded = null;
    call(Lane.ORDERED, request, new Sent(epoch, next));
    return true;
  }

  private void sendHeartbeat() {
    resetHeartbeatTrigger();
    long id = callId.getAndIncrement();
    TermIndex previous = openAppends > 0 ? null : getPrevious(getFollower().getNextIndex());
    AppendEntriesRequestProto request =
        withCommitOfWhatIsKnown(
            getLeaderState().newAppendEntriesRequestProto(getFollower(), List.of(), previous, id));
    getFollower().updateLastRpcSendTime(true);
    told(request);
    openHeartbeats++;
    call(Lane.URGENT, request, new Sent(epoch, RaftLog.INVALID_LOG_INDEX));
  }

  private void told(AppendEntriesRequestProto request) {
    toldCommit = Math.max(toldCommit, request.getLeaderCommit());
  }

  private void call(Lane lane, AppendEntriesRequestProto request, Sent sent) {
    network.call(
        member, PeerCall.APPEND.number(), lane, new RatisMessage(request), FOREVER_MS, sent);
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

  /** A request without an answer. */
  private final class Sent implements Callback {
    private final long ofEpoch;

    /** Its first entry; {@link RaftLog#INVALID_LOG_INDEX}: it is a heartbeat. */
    private final long first;

    private final Timestamp at = Timestamp.currentTime();

    Sent(long ofEpoch, long first) {
      this.ofEpoch = ofEpoch;
      this.first = first;
    }

    private boolean isHeartbeat() {
      return first == RaftLog.INVALID_LOG_INDEX;
    }

    private boolean isStale() {
      return ofEpoch != epoch;
    }

    private void close() {
      if (isHeartbeat()) {
        openHeartbeats--;
        return;
      }
      openAppends = openAppends - 1;
      if (!isStale()) {
        openAppendsOfEpoch--;
      }
    }

    @Override
    public void answered(byte[] bytes) {
      close();
      if (!isRunning()) {
        return;
      }
      try {
        take(RatisMessage.parse(AppendEntriesReplyProto.parser(), bytes));
      } catch (InvalidProtocolBufferException e) {
        LOG.warn("{}: {} answers what is not understood", this, member, e);
        rest(REST_MS);
      }
      wake();
    }

    private void take(AppendEntriesReplyProto reply) {
      FollowerInfo follower = getFollower();
      follower.updateLastRespondedAppendEntriesSendTime(at);
      follower.updateLastRpcResponseTime();
      switch (reply.getResult()) {
        case SUCCESS -> {
          probing &= isHeartbeat() || isStale();
          getLeaderState().onFollowerCommitIndex(follower, reply.getFollowerCommit());
          if (follower.updateMatchIndex(reply.getMatchIndex())) {
            follower.updateNextIndex(reply.getMatchIndex() + 1);
            getLeaderState().onFollowerSuccessAppendEntries(follower);
          }
        }
        case NOT_LEADER -> {
          if (onFollowerTerm(reply.getTerm())) {
            return;
          }
        }
        case INCONSISTENCY -> refused(reply.getNextIndex());
        default -> LOG.warn("{}: {} answers {}", this, member, reply.getResult());
      }
      getLeaderState().onAppendEntriesReply(EntryAppender.this, reply);
    }

    private void refused(long itsNext) {
      boolean forgotten = isHeartbeat() || isStale();
      long next =
          getNextIndexForInconsistency(forgotten ? RaftLog.INVALID_LOG_INDEX : first, itsNext);
      LOG.info(
          "{}: {} lacks what comes before {}, and wants {}; it gets {}",
          EntryAppender.this,
          member,
          first,
          itsNext,
          next);
      if (next != UNCHANGED) {
        getFollower().setNextIndex(next);
        newEpoch();
      }
    }

    @Override
    public void failed(CallFailedException failure) {
      close();
      if (!isRunning()) {
        return;
      }
      LOG.debug("{}: {}", this, failure.getMessage());
      if (!isHeartbeat() && !isStale()) {
        long match = getFollower().getMatchIndex();
        getFollower().setNextIndex(Math.max(first, match + 1));
        newEpoch();
      }
      rest(REST_MS);
      wake();
    }
  }

  private void newEpoch() {
    epoch++;
    openAppendsOfEpoch = 0;
    probing = true;
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

  /** A checkpoint goes only to a member that answers heartbeats. */
  @Override
  public @Nullable SnapshotInfo shouldInstallSnapshot() {
    long silentMs = getFollower().getLastRpcResponseTime().elapsedTimeMs();
    return silentMs < getServer().properties().maxRpcTimeoutMs()
        ? super.shouldInstallSnapshot()
        : null;
  }

  private void sendCheckpoint(SnapshotInfo snapshot) {
    LOG.info(
        "{}: {} needs entry {}, which is not in the log any more; it gets checkpoint {}",
        this,
        member,
        getFollower().getNextIndex(),
        snapshot.getTermIndex());
    String id = UUID.randomUUID().toString();
    var sending =
        new CheckpointTransfer(
            network,
            member,
            transfers.noted(checkpoints.proved(newInstallSnapshotRequests(id, snapshot))),
            new CheckpointTransfer.Listener() {
              @Override
              public void answered(InstallSnapshotReplyProto reply) {
                getFollower().updateLastRpcResponseTime();
                getFollower().updateLastRpcSendTime(false);
                if (reply.getTerm() > 0) {
                  onFollowerTerm(reply.getTerm());
                }
              }

              @Override
              public void ended(@Nullable String failure) {
                transferred(snapshot, failure);
              }
            });
    transfer = sending;
    sending.start();
  }

  private void transferred(SnapshotInfo snapshot, @Nullable String failure) {
    transfer = null;
    if (!isRunning()) {
      return;
    }
    if (failure == null) {
      long index = snapshot.getTermIndex().getIndex();
      LOG.info("{}: {} has checkpoint {}", this, member, index);
      getFollower().setAttemptedToInstallSnapshot();
      getFollower().setSnapshotIndex(index);
      getLeaderState().onFollowerCommitIndex(getFollower(), index);
      newEpoch();
    } else {
      LOG.warn("{}: the checkpoint for {} was not sent: {}", this, member, failure);
      rest(TRANSFER_REST_MS);
    }
    wake();
  }
}
