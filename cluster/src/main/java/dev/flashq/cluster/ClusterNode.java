package dev.flashq.cluster;

import dev.flashq.cluster.ClusterView.MemberView;
import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Encryption;
import dev.flashq.cluster.config.Member;
import dev.flashq.cluster.peers.CertificateWatch;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.raft.QueueStateMachine;
import dev.flashq.cluster.raft.RaftNode;
import dev.flashq.cluster.raft.RaftNode.RaftStatus;
import dev.flashq.cluster.replica.Checkpoints;
import dev.flashq.cluster.replica.DataFolder;
import dev.flashq.cluster.replica.DataFolderException;
import dev.flashq.cluster.replica.EngineFactory;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.schedule.Loop;
import dev.flashq.cluster.schedule.Pool;
import dev.flashq.security.PeerCredentials;
import dev.flashq.security.SigningKey;
import dev.flashq.security.seal.RingFolder;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.gateway.CommandGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the cluster, from its data folder to the gateway: the threads, the clocks and Raft
 * around a {@link NodeCore}. Made and started once; {@link #close} ends it in order.
 */
public final class ClusterNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);
  private static final int READERS = 2;
  private static final long LOOK_MS = 100;
  private static final long LINK_MS = 250;
  private static final long FINAL_SNAPSHOT_SECONDS = 20;

  /**
   * Entries that a ready node may be behind what any member knows to be committed. Some tenths of a
   * second's work for a node that has just started: it may be the next leader, and a leader serves
   * only when it has applied them all.
   */
  private static final long READY_GAP = 100;

  private final ClusterSettings settings;
  private final DataFolder data;
  private final Loop proposing;
  private final Loop serving;
  private final Pool reading;
  private final Loop watching;
  private final DiskWatch diskWatch;
  private final Replica replica;
  private final RaftNode raft;
  private final CertificateWatch certificates;
  private final NodeCore core;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Takes the data folder; nothing runs yet. Fails with a sentence for the operator when the folder
   * or the certificates are not this node's.
   *
   * @param unixMs what people call time; may jump
   * @param fatal called when the replica cannot go on; the process must end, and restart will
   *     repair what can be
   */
  public ClusterNode(
      ClusterSettings settings,
      EngineFactory engines,
      LongSupplier unixMs,
      Consumer<Throwable> fatal) {
    this(settings, engines, unixMs, fatal, () -> {});
  }

  /**
   * @param beforeFlush what a test does to the thread that writes the log
   */
  ClusterNode(
      ClusterSettings settings,
      EngineFactory engines,
      LongSupplier unixMs,
      Consumer<Throwable> fatal,
      Runnable beforeFlush) {
    long now = unixMs.getAsLong();
    var credentials = new PeerCredentials(settings.certificates(), Instant.ofEpochMilli(now));
    this.settings = settings;
    this.data =
        DataFolder.open(
            settings.data(),
            settings.cluster(),
            settings.group(),
            settings.nodeId(),
            settings.dataReplaced(),
            now);
    var random = new SecureRandom();
    Optional<RingKeys> ringKeys =
        settings.encryption().map(encryption -> ringKeys(encryption, random));
    String node = settings.nodeId();
    this.proposing = new Loop("proposer-" + node);
    this.serving = new Loop("duties-" + node);
    this.reading = new Pool("reader-" + node, READERS, serving);
    this.watching = new Loop("disk-watch-" + node);
    this.replica =
        new Replica(
            data.live(),
            new Checkpoints(data.checkpoints(), data.temporary()),
            engines,
            node,
            data.boot());
    var stateMachine =
        new QueueStateMachine(replica, data, settings.snapshotLogBytes(), beforeFlush);
    this.raft = newRaft(stateMachine, credentials);
    this.diskWatch =
        new DiskWatch(
            settings.timing().diskStallMs(),
            raft::logStallMs,
            raft::applyStallMs,
            this::mayLead,
            serving);
    this.certificates = new CertificateWatch(credentials, reading, unixMs, LOG::warn);
    this.core =
        new NodeCore(
            new NodeCore.Surroundings(
                node,
                settings.members().stream().map(Member::id).toList(),
                settings.featureLevel(),
                data.boot(),
                replica,
                raft.link(),
                raft,
                new BesideTheApplyingThread(),
                settings.snapshotLogBytes(),
                settings.proposals(),
                settings.timing().staleMs(),
                settings.tokens(),
                SigningKey::create,
                ringKeys,
                random,
                unixMs,
                new NodeCore.Lanes(proposing, serving, reading),
                fatal));
    stateMachine.hear(core);
  }

  private RingKeys ringKeys(Encryption encryption, SecureRandom random) {
    try {
      return RingFolder.open(encryption.ring(), encryption.masterKeys(), random);
    } catch (SecretException e) {
      data.close();
      throw new DataFolderException(e.sentence());
    }
  }

  private RaftNode newRaft(QueueStateMachine stateMachine, PeerCredentials credentials) {
    try {
      return new RaftNode(settings, credentials, data.raft(), stateMachine, serving::now);
    } catch (IOException e) {
      data.close();
      throw new UncheckedIOException("Raft cannot be set up in " + settings.data(), e);
    }
  }

  /** Joins the cluster; returns before there is a leader. */
  public void start() {
    proposing.start();
    serving.start();
    try {
      raft.start();
    } catch (IOException e) {
      throw new UncheckedIOException("Raft cannot be started on " + settings.self().address(), e);
    }
    serving.every(LINK_MS, raft::lookAtLinks);
    serving.every(LOOK_MS, diskWatch::look);
    watching.start();
    watching.every(LOOK_MS, raft::lookAtDisk);
    certificates.start();
    core.start();
  }

  public CommandGateway gateway() {
    return core.gateway();
  }

  public ClusterView view() {
    var status = raft.status().orElse(new RaftStatus(0, "stopped", null, false, -1, List.of()));
    long applied = applied();
    long snapshot = raft.checkpointIndex();
    boolean ready =
        status.leader() != null
            && committedAnywhere(status) - applied <= READY_GAP
            && (!status.role().equals("leader") || status.leaderReady())
            && tokensListed();
    return new ClusterView(
        settings.cluster(),
        settings.nodeId(),
        status.leader(),
        status.term(),
        status.role(),
        applied,
        status.committedIndex(),
        snapshot,
        featureLevel(),
        ready,
        settings.members().stream().map(member -> view(member, status, applied)).toList());
  }

  private long committedAnywhere(RaftStatus status) {
    return settings.members().stream()
        .flatMap(member -> core.members().lately(member.id()).stream())
        .mapToLong(Hello::committed)
        .reduce(status.committedAnywhere(), Math::max);
  }

  private MemberView view(Member member, RaftStatus status, long appliedHere) {
    Optional<Hello> said = core.members().lately(member.id());
    boolean self = member.id().equals(settings.nodeId());
    long heard = status.committedOf(member.id());
    return new MemberView(
        member.id(),
        member.address(),
        member.id().equals(status.leader()),
        self ? appliedHere : said.map(Hello::applied).orElse(-1L),
        self
            ? status.committedIndex()
            : said.map(Hello::committed).map(index -> Math.max(index, heard)).orElse(heard),
        core.members().deviationMs(member.id()).orElse(null));
  }

  /** Commands without an answer, and pulls that wait; for metrics. */
  public int pendingCommands() {
    return core.pendingCommands();
  }

  /** Bytes of these commands. */
  public long pendingBytes() {
    return core.pendingBytes();
  }

  public int waitingPulls() {
    return core.waitingPulls();
  }

  /**
   * Sets the replicated clock forward to the clock of the majority; the answer is a refusal or not.
   */
  public CompletableFuture<Reply> setClock(Principal principal) {
    return core.setClock(principal);
  }

  boolean sendsCheckpoint() {
    return raft.sendsCheckpoint();
  }

  /** See {@link RaftNode#mayLead}. */
  void mayLead(boolean may) {
    raft.mayLead(may);
  }

  /** See {@link RaftNode#renewLinks}. */
  void renewLinks() {
    raft.renewLinks();
  }

  /** The end of a process as others see it: its connections end. */
  void cutOff() {
    raft.cutOff();
  }

  /** How far this node's clock is off those of the majority; 0 while that is not known. */
  public long clockDeviationMs() {
    return core.members().deviationMs(settings.nodeId()).orElse(0L);
  }

  /** Milliseconds for which a write on the disk has been under way; 0 while nothing waits. */
  public long diskStallMs() {
    return diskWatch.stallMs();
  }

  /** How long this node's certificate is good; negative when it has ended. */
  public long certificateExpiresSeconds() {
    return certificates.expiresSeconds();
  }

  /** Looks at the certificate files now. */
  void refreshCertificates() {
    certificates.look();
  }

  /** Takes a checkpoint now. */
  public CompletableFuture<Void> takeSnapshot() {
    return raft.takeSnapshot();
  }

  /** The applying thread is not held up while a checkpoint is written. */
  private final class BesideTheApplyingThread implements Checkpointing {
    @Override
    public boolean isSending() {
      return raft.sendsCheckpoint();
    }

    @Override
    public CompletableFuture<Void> take() {
      return CompletableFuture.runAsync(raft::writeCheckpoint, reading)
          .thenCompose(_ -> raft.takeSnapshot());
    }
  }

  /**
   * Hands the leadership over, leaves a checkpoint for a quick start, and lets go of the data
   * folder.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      raft.handOverLeadership(_ -> true);
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
    core.stop();
    serving.close();
    proposing.close();
    quietly("Raft", raft::close);
    watching.close();
    reading.close();
    core.endAll();
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

  /** Whether the tokens of this node's configuration can be used. */
  public boolean tokensListed() {
    try {
      return core.tokensListed();
    } catch (RefusedException _) {
      return false;
    }
  }

  /** Who may do what, as far as this node knows; fails with RefusedException while it has none. */
  public Access access() {
    return core.access();
  }

  /** What is said about data; fails with RefusedException while there is no state. */
  public DataRules dataRules() {
    return replica.dataRules();
  }

  /** How far the audit trail has come; fails with RefusedException while there is no state. */
  public AuditStanding audit() {
    return replica.audit();
  }

  /** Whether this node has heard of no leader for so long that it may serve nobody by its rules. */
  public boolean isStale() {
    return core.isStale();
  }

  /** A wrong token came from an address: it will be recorded. Returns at once. */
  public void loginRefused(String address) {
    core.loginRefused(address);
  }

  /** Completes when this node knows everything that was answered before, on any node. */
  public CompletableFuture<Void> caughtUp() {
    return core.caughtUp();
  }

  /** Hears that it has changed who may do what; returns at once. Set once. */
  public void onAccessChange(Runnable listener) {
    core.onAccessChange(listener);
  }

  /** The feature level that the cluster has reached; 0 while this node has no state. */
  public int featureLevel() {
    return replica.featureLevelIfAny();
  }

  private long applied() {
    try {
      return replica.lastApplied().index();
    } catch (RefusedException _) {
      return -1;
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
}
