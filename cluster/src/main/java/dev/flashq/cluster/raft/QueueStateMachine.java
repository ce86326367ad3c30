package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;

import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.replica.DataFolder;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.replica.ReplicaEvents;
import dev.flashq.statemachine.QueueEngine.Applied;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.log.EntryCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis's view of the replica: stamps entries, applies them in order, takes and receives
 * checkpoints.
 */
public final class QueueStateMachine extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(QueueStateMachine.class);

  private final Replica replica;
  private final DataFolder data;
  private final CheckpointStorage storage;
  private final ReadRounds rounds = new ReadRounds();
  private final LeaderReads leaderReads = new LeaderReads(rounds);
  private final LogHorizon horizon;
  private final Arrivals arrivals;
  private final Runnable beforeFlush;
  private @Nullable ReplicaEvents heardBy;
  private volatile boolean stopping;
  private volatile @Nullable ClientId trusted;

  /** The checkpoint that Ratis was told of last. */
  private long announced = -1;

  /**
   * @param snapshotLogBytes after which the node asks for a checkpoint
   * @param beforeFlush called by the thread that writes the log, before it flushes
   */
  public QueueStateMachine(
      Replica replica, DataFolder data, long snapshotLogBytes, Runnable beforeFlush) {
    this.beforeFlush = beforeFlush;
    this.horizon = new LogHorizon(LogHorizon.INTERVALS * snapshotLogBytes);
    this.replica = replica;
    this.data = data;
    this.storage =
        new CheckpointStorage(
            replica.checkpoints(), data.checkpoints(), data.temporary(), this::replaceDamaged);
    this.arrivals =
        new Arrivals(
            replica.checkpoints(),
            this::isPaused,
            this::stayPaused,
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /** Who hears what happens; set before the start. */
  public void hear(ReplicaEvents events) {
    heardBy = events;
  }

  /** Another member has answered. */
  void hear(Hello hello) {
    events().heard(hello);
  }

  /** The sender of this node's own entries: they need no second look. */
  void trust(ClientId proposer) {
    trusted = proposer;
  }

  private ReplicaEvents events() {
    return requireNonNull(heardBy, "nobody hears the state machine");
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    super.initialize(server, group, raftStorage);
    getLifeCycle()
        .startAndTransition(
            () -> {
              replica.checkpoints().clean();
              restore();
              long checkpoint = getLastAppliedTermIndex().getIndex();
              // It may be an older one than the log was cut for: a newer one was damaged.
              data.requireLogFrom(checkpoint);
              StaleLog.drop(raftStorage, checkpoint);
            },
            IOException.class);
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  /**
   * Runs on the leader before the entry goes into the log: adds the time that every replica will
   * use.
   */
  @Override
  public TransactionContext startTransaction(RaftClientRequest request) {
    OptionalLong now = events().stamp();
    if (now.isEmpty()) {
      return refused(request, "this node leads and does not know yet what time it is");
    }
    if (!request.getClientId().equals(trusted) && !isEntry(request)) {
      return refused(request, "this is no entry of a member");
    }
    ByteString stamp =
        Buffers.theirs(EntryCodec.stamp(com.google.protobuf.ByteString.EMPTY, now.getAsLong()));
    return TransactionContext.newBuilder()
        .setStateMachine(this)
        .setClientRequest(request)
        .setServerRole(RaftPeerRole.LEADER)
        .setLogData(request.getMessage().getContent().concat(stamp))
        .build();
  }

  /** What cannot be read back would stop every replica, now and at every start. */
  private static boolean isEntry(RaftClientRequest request) {
    try {
      EntryCodec.decode(Buffers.ours(request.getMessage().getContent()));
      return true;
    } catch (RuntimeException e) {
      LOG.error("{} sent an entry that cannot be read; it is refused", request.getClientId(), e);
      return false;
    }
  }

  private TransactionContext refused(RaftClientRequest request, String why) {
    TransactionContext context =
        TransactionContext.newBuilder()
            .setStateMachine(this)
            .setClientRequest(request)
            .setServerRole(RaftPeerRole.LEADER)
            .build();
    context.setException(new NotSentException(why));
    return context;
  }

  /**
   * Applies before it returns: an unfinished future would let the applied index run ahead of the
   * state.
   */
  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    long index = entry.getIndex();
    try {
      ByteString bytes = entry.getStateMachineLogEntry().getLogData();
      Outcome outcome = replica.apply(entry.getTerm(), index, Buffers.ours(bytes));
      if (outcome.node().equals(data.nodeId())) {
        data.requireOwn(outcome.boot());
      }
      updateLastAppliedTermIndex(entry.getTerm(), index);
      data.markUsed();
      horizon.applied(bytes.size());
      events().applied(index, outcome, bytes.size());
      return CompletableFuture.completedFuture(Message.EMPTY);
    } catch (RuntimeException | Error e) {
      throw halt(
          "Entry "
              + index
              + " cannot be applied; this node stops, because it must not go on without it",
          e);
    }
  }

  @Override
  public CompletableFuture<Void> flush(long index) {
    beforeFlush.run();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    try {
      replica.skip(term, index);
      updateLastAppliedTermIndex(term, index);
      data.markUsed();
      events().passed(index);
    } catch (RuntimeException | Error e) {
      throw halt("Entry " + index + " cannot be noted; this node stops", e);
    }
  }

  /**
   * Called by the applying thread between two entries. What it returns is for Ratis the entry up to
   * which the log may go, and must never go back.
   */
  @Override
  public long takeSnapshot() throws IOException {
    Applied applied = replica.lastApplied();
    if (applied.index() < 0 || getLastAppliedTermIndex().getIndex() < 0) {
      return RaftLog.INVALID_LOG_INDEX;
    }
    var latest = storage.getLatestSnapshot();
    if (latest == null || latest.getIndex() <= announced) {
      // Nobody has written one beside: it is wanted now.
      checkpoint();
      latest = storage.getLatestSnapshot();
    }
    announced = latest == null ? announced : latest.getIndex();
    return horizon.after(announced);
  }

  /** Writes a checkpoint beside the applying thread; the next {@link #takeSnapshot} tells Ratis. */
  void writeCheckpoint() {
    try {
      checkpoint();
    } catch (IOException e) {
      throw new UncheckedIOException("No checkpoint was written", e);
    }
  }

  /** A member waits for a checkpoint, and what would be sent is damaged. */
  private void replaceDamaged() {
    Thread.ofVirtual()
        .name("replacing-checkpoint")
        .start(
            () -> {
              try {
                checkpoint();
              } catch (IOException | RuntimeException e) {
                LOG.warn("No checkpoint was written in place of the damaged one", e);
              }
            });
  }

  private void checkpoint() throws IOException {
    synchronized (storage) {
      Applied applied = replica.lastApplied();
      var latest = storage.getLatestSnapshot();
      if (applied.index() < 0 || (latest != null && latest.getIndex() >= applied.index())) {
        return;
      }
      try {
        replica.checkpoint();
        storage.refresh();
      } catch (RefusedException e) {
        throw new IOException("The state is closed or being replaced", e);
      } catch (RuntimeException | Error e) {
        throw halt(
            "No checkpoint can be taken; this node stops, because its log would grow for ever", e);
      }
    }
  }

  /**
   * A leader's checkpoint has arrived and is about to replace ours; from here on nothing is
   * applied.
   */
  @Override
  public void pause() {
    try {
      replica.checkpoints().proveReceived();
    } catch (IOException e) {
      LOG.error("The checkpoint that the leader has sent is not used", e);
      throw new IllegalStateException("the received checkpoint is not used: " + e.getMessage(), e);
    }
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  private boolean isPaused() {
    return getLifeCycleState() == LifeCycle.State.PAUSED;
  }

  /** The folders may have been moved halfway; the next start knows how to go on from there. */
  private void stayPaused() {
    var unused =
        halt(
            "The checkpoint of the leader cannot be put in the place of ours; this node stops",
            new IOException("the folder of the checkpoints cannot be replaced"));
  }

  /** Called by the applying thread after the leader's checkpoint has taken the place of ours. */
  @Override
  public void reinitialize() throws IOException {
    try {
      restore();
    } catch (IOException | RuntimeException e) {
      throw halt("The checkpoint of the leader cannot be opened; this node stops", e);
    }
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
    data.markUsed();
    events().restored(getLastAppliedTermIndex().getIndex());
  }

  /** The checkpoints that leaders send to this node. */
  Arrivals arrivals() {
    return arrivals;
  }

  /** The checkpoints that this node sends. */
  CheckpointStorage checkpoints() {
    return storage;
  }

  ReadRounds rounds() {
    return rounds;
  }

  private void restore() throws IOException {
    Optional<Applied> from = replica.restore();
    long lastBoot = replica.lastBoot(data.nodeId());
    if (lastBoot != 0) {
      data.requireOwn(lastBoot);
    }
    setLastAppliedTermIndex(
        from.map(applied -> TermIndex.valueOf(applied.term(), applied.index()))
            .orElse(TermIndex.INITIAL_VALUE));
    from.ifPresent(applied -> events().passed(applied.index()));
    horizon.restart(getLastAppliedTermIndex().getIndex());
    announced = getLastAppliedTermIndex().getIndex();
    storage.refresh();
  }

  /**
   * On the leader: the index that a reader must have applied to see everything that was answered
   * before.
   */
  CompletableFuture<Long> readIndex(RaftDivision division) {
    return leaderReads.index(division);
  }

  /** Another member says how it is, and hears how this one is. */
  Hello answer(Hello hello) {
    events().heard(hello);
    return events().hello();
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    events().leaderChanged();
  }

  @Override
  public void notifyLeaderReady() {
    events().leading();
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    rounds.fail();
    events().notLeading();
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failed) {
    halt("The Raft log cannot be written; this node stops", cause);
  }

  /** From now on a close is wanted. */
  void expectClose() {
    stopping = true;
  }

  @Override
  public void close() {
    replica.close();
    if (!stopping) {
      halt(
          "Raft has closed itself after an error of its own; this node stops",
          new IllegalStateException("Raft closed"));
    }
  }

  private IllegalStateException halt(String sentence, Throwable cause) {
    LOG.error(sentence, cause);
    // Ratis closes the state machine after a failure; one report is enough.
    stopping = true;
    events().failed(cause);
    return new IllegalStateException(sentence, cause);
  }
}
