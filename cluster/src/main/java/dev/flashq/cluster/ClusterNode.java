package dev.flashq.cluster;

import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.cluster.ClusterView.MemberView;
import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Member;
import dev.flashq.cluster.config.NodeClock;
import dev.flashq.cluster.propose.Proposer;
import dev.flashq.cluster.raft.QueueStateMachine;
import dev.flashq.cluster.raft.RaftNode;
import dev.flashq.cluster.raft.RaftNode.RaftStatus;
import dev.flashq.cluster.raft.ReplicaEvents;
import dev.flashq.cluster.read.ReadBarrier;
import dev.flashq.cluster.replica.Checkpoints;
import dev.flashq.cluster.replica.DataFolder;
import dev.flashq.cluster.replica.EngineFactory;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.waiting.Alarms;
import dev.flashq.cluster.waiting.JobWaits;
import dev.flashq.cluster.waiting.LongPolls;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.CommandGateway;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.IsAnswered;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the cluster, from its data folder to the gateway. Made and started once; {@link
 * #close} ends it in order.
 */
public final class ClusterNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
  private static final Refused STOPPING =
      new Refused(SERVICE_UNAVAILABLE, "Service unavailable: the node is stopping");
  private static final int WAITERS = 100_000;
  private static final int READERS = 2;
  private static final long LOOK_MS = 10;
  private static final long CALL_MS = 100;
  private static final long PROGRESS_MS = 1_000;
  private static final long FINAL_SNAPSHOT_SECONDS = 20;

  /**
   * Entries that a ready node may be behind what any member knows to be committed. Some tenths of a
   * second's work for a node that has just started: it may be the next leader, and a leader serves
   * only when it has applied them all.
   */
  private static final long READY_GAP = 100;

  private final ClusterSettings settings;
  private final NodeClock clock;
  private final Consumer<Throwable> fatal;
  private final DataFolder data;
  private final Alarms alarms;
  private final ExecutorService readers;
  private final ExecutorService lines;
  private final Replica replica;
  private final RaftNode raft;
  private final Proposer proposer;
  private final LongPolls longPolls;
  private final JobWaits jobWaits;
  private final LeaderDuties duties;
  private final ReplicatedGateway gateway;
  private final SnapshotDuty snapshots;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Takes the data folder; nothing runs yet. Fails with a sentence for the operator when the folder
   * or the certificates are not this node's.
   *
   * @param fatal called when the replica cannot go on; the process must end, and restart will
   *     repair what can be
   */
  public ClusterNode(
      ClusterSettings settings, EngineFactory engines, NodeClock clock, Consumer<Throwable> fatal) {
    settings.certificates().validate(Instant.ofEpochMilli(clock.now()));
    this.settings = settings;
    this.clock = clock;
    this.fatal = fatal;
    this.data =
        DataFolder.open(
            settings.data(),
            settings.cluster(),
            settings.group(),
            settings.nodeId(),
            settings.dataReplaced(),
            clock.now());
    String node = settings.nodeId();
    this.alarms = new Alarms(node);
    this.readers =
        Executors.newFixedThreadPool(READERS, task -> new Thread(task, "reader-" + node));
    this.lines = Executors.newSingleThreadExecutor(task -> new Thread(task, "long-polls-" + node));
    this.replica =
        new Replica(
            data.live(),
            new Checkpoints(data.checkpoints(), data.temporary()),
            engines,
            node,
            data.boot(),
            this::hear);
    this.snapshots =
        new SnapshotDuty(
            settings.snapshotLogBytes(), clock, this::sendsCheckpoint, this::takeSnapshotBeside);
    this.raft = newRaft();
    this.proposer =
        new Proposer(node, data.boot(), raft.link(), settings.proposals(), clock, this::release);
    var barrier = new ReadBarrier(raft.link()::readRound, readers);
    this.longPolls =
        new LongPolls(
            replica::deliverable,
            proposer::submit,
            barrier::await,
            id -> replica.ask(new IsAnswered(id)),
            this::release,
            lines,
            alarms,
            clock,
            WAITERS);
    this.jobWaits = new JobWaits(replica::ask, barrier::await, readers, alarms, WAITERS);
    this.duties = new LeaderDuties(replica, proposer::submit, clock);
    this.gateway = new ReplicatedGateway(proposer, longPolls, jobWaits, barrier, replica, readers);
  }

  private RaftNode newRaft() {
    try {
      return new RaftNode(
          settings,
          data.raft(),
          new QueueStateMachine(
              replica, data, settings.snapshotLogBytes(), clock.unixMs(), new Events()),
          clock);
    } catch (IOException e) {
      data.close();
      throw new UncheckedIOException("Raft cannot be set up in " + settings.data(), e);
    }
  }

  /** Joins the cluster; returns before there is a leader. */
  public void start() {
    try {
      raft.start();
      proposer.start();
    } catch (IOException e) {
      throw new UncheckedIOException("Raft cannot be started on " + settings.self().address(), e);
    }
    alarms.every(LOOK_MS, this::look);
    alarms.every(CALL_MS, raft::callPeers);
    alarms.every(PROGRESS_MS, raft::askProgress);
  }

  public CommandGateway gateway() {
    return gateway;
  }

  public ClusterView view() {
    var status = raft.status().orElse(new RaftStatus(0, "stopped", null, false, -1, List.of()));
    long applied = applied();
    long snapshot = raft.checkpointIndex();
    boolean ready =
        status.leader() != null
            && status.committedAnywhere() - applied <= READY_GAP
            && (!status.role().equals("leader") || status.leaderReady());
    return new ClusterView(
        settings.cluster(),
        settings.nodeId(),
        status.leader(),
        status.term(),
        status.role(),
        applied,
        status.committedIndex(),
        snapshot,
        ready,
        settings.members().stream().map(member -> view(member, status, applied)).toList());
  }

  private MemberView view(Member member, RaftStatus status, long appliedHere) {
    var indexes = status.indexesOf(member.id());
    boolean self = member.id().equals(settings.nodeId());
    return new MemberView(
        member.id(),
        member.address(),
        member.id().equals(status.leader()),
        self ? appliedHere : indexes.applied(),
        self ? status.committedIndex() : indexes.committed());
  }

  /** Commands without an answer, and pulls that wait; for metrics. */
  public int pendingCommands() {
    return proposer.pending();
  }

  public int waitingPulls() {
    return longPolls.waiting();
  }

  boolean sendsCheckpoint() {
    return raft.sendsCheckpoint();
  }

  /** The applying thread is not held up while the checkpoint is written. */
  private CompletableFuture<Void> takeSnapshotBeside() {
    return CompletableFuture.runAsync(raft::writeCheckpoint, readers)
        .thenCompose(_ -> raft.takeSnapshot());
  }

  /** Takes a checkpoint now. */
  public CompletableFuture<Void> takeSnapshot() {
    return raft.takeSnapshot();
  }

  /**
   * Hands the leadership over, leaves a checkpoint for a quick start, and lets go of the data
   * folder.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      raft.handOverLeadership();
      finalSnapshot();
      halt();
    }
  }

  /** Ends at once, as a killed process would, but for the data folder's lock. */
  public void kill() {
    if (closed.compareAndSet(false, true)) {
      halt();
    }
  }

  private void halt() {
    duties.lead(false);
    alarms.close();
    longPolls.endAll(STOPPING);
    jobWaits.endAll(STOPPING);
    proposer.close();
    quietly("Raft", raft::close);
    lines.shutdownNow();
    readers.shutdownNow();
    quietly("the replica", replica::close);
    quietly("the data folder", data::close);
  }

  private void finalSnapshot() {
    try {
      raft.takeSnapshot().get(FINAL_SNAPSHOT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.info(
          "No checkpoint was taken at the stop; the next start replays more: {}", e.toString());
    }
  }

  private void look() {
    try {
      duties.look();
      snapshots.look();
    } catch (RuntimeException e) {
      LOG.error("A duty of the node failed and will be tried again", e);
    }
  }

  private long applied() {
    try {
      return replica.lastApplied().index();
    } catch (RefusedException _) {
      return -1;
    }
  }

  /** Jobs were delivered to somebody who is no longer there: they go back. */
  private void release(Reply reply) {
    if (reply instanceof Delivered delivered && !delivered.jobs().isEmpty() && !closed.get()) {
      var claims = delivered.jobs().stream().map(job -> new Claim(job.id(), job.lease())).toList();
      var _ = proposer.submit(new Submission(Principal.SYSTEM, null, new ReleaseJobs(claims)));
    }
  }

  private static void quietly(String what, CloseStep step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} did not close well", what, e);
    }
  }

  @FunctionalInterface
  private interface CloseStep {
    void run() throws IOException;
  }

  /** Hears the state machine; on the applying thread. */
  private void hear(Fact fact) {
    switch (fact) {
      case Fact.QueueReady(QueueName queue) -> longPolls.ready(queue);
      case Fact.JobEnded(JobId job, _, JobEnd end) -> jobWaits.ended(job, end);
      case Fact.RulesChanged _ -> {}
    }
  }

  /** Hears Raft. */
  private final class Events implements ReplicaEvents {
    @Override
    public void applied(Outcome outcome, int entryBytes) {
      snapshots.applied(entryBytes, outcome.rows());
      proposer.applied(outcome);
    }

    @Override
    public void restored() {
      longPolls.recheckAll();
      jobWaits.recheckAll();
    }

    @Override
    public void leaderChanged() {
      proposer.leaderChanged();
    }

    @Override
    public void leading() {
      duties.lead(true);
      proposer.leaderChanged();
    }

    @Override
    public void notLeading() {
      duties.lead(false);
    }

    @Override
    public void failed(Throwable cause) {
      fatal.accept(cause);
    }
  }
}
