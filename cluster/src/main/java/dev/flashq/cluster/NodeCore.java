package dev.flashq.cluster;

import static dev.flashq.protocol.ErrorCode.FEATURE_LEVEL;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.cluster.access.ConfiguredTokens;
import dev.flashq.cluster.access.ListingDuty;
import dev.flashq.cluster.access.LoginDuty;
import dev.flashq.cluster.audit.HeadDuty;
import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.data.ErasureDuty;
import dev.flashq.cluster.peers.ClockWatch;
import dev.flashq.cluster.peers.ClusterClock;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.peers.Members;
import dev.flashq.cluster.peers.PeerLink;
import dev.flashq.cluster.peers.StateVotes;
import dev.flashq.cluster.peers.StateWatch;
import dev.flashq.cluster.propose.Proposer;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.cluster.read.AppliedIndex;
import dev.flashq.cluster.read.ReadBarrier;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.replica.ReplicaEvents;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.seal.KeyholderWatch;
import dev.flashq.cluster.seal.ResealDuty;
import dev.flashq.cluster.seal.RingDuty;
import dev.flashq.cluster.seal.Sealing;
import dev.flashq.cluster.waiting.JobWaits;
import dev.flashq.cluster.waiting.LongPolls;
import dev.flashq.security.SigningKey;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.IsAnswered;
import dev.flashq.statemachine.QueueEngine.Digest;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.log.Submission;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Everything of a node but its threads, its clocks, Raft and the network: what decides. It is the
 * same in a process and in a simulation.
 */
public final class NodeCore implements ReplicaEvents {
  private static final Refused STOPPING =
      new Refused(SERVICE_UNAVAILABLE, "Service unavailable: the node is stopping");
  private static final int WAITERS = 100_000;

  /**
   * What a node is in.
   *
   * @param boot number of the node's start, growing
   * @param members the names of all members
   * @param featureLevel the greatest that this node understands
   * @param staleMs silence of leaders after which what this node knows is too old
   * @param tokens those of this node's configuration
   * @param newAuditKey one of chance
   * @param ringKeys empty: this node has no master key
   * @param random for keys
   * @param unixMs what people call time; may jump
   * @param fatal called when the replica cannot go on
   */
  public record Surroundings(
      String node,
      List<String> members,
      int featureLevel,
      long boot,
      Replica replica,
      ReplicatedLog log,
      PeerLink peers,
      Checkpointing checkpoints,
      long snapshotLogBytes,
      ProposalLimits proposals,
      long staleMs,
      ConfiguredTokens tokens,
      Supplier<SigningKey> newAuditKey,
      Optional<RingKeys> ringKeys,
      SecureRandom random,
      LongSupplier unixMs,
      Lanes lanes,
      Consumer<Throwable> fatal) {}

  /**
   * Where its parts run.
   *
   * @param proposing one task at a time, may be held up by the log
   * @param serving one task at a time, never held up
   * @param reading several tasks at a time, which may read from disk
   */
  public record Lanes(Scheduler proposing, Scheduler serving, Scheduler reading) {}

  /** Milliseconds between two words to the other members. */
  private static final long HELLO_MS = 1_000;

  /** Milliseconds between looks whether somebody leads. */
  private static final long PULSE_MS = 100;

  /** Milliseconds for which all members are waited for before a node's own tokens are used. */
  private static final long MEMBERS_MS = 5_000;

  /** Milliseconds for which a first leader waits to hear the clocks of a majority. */
  private static final long PATIENCE_MS = 2_000;

  private final AppliedIndex appliedIndex = new AppliedIndex();
  private final Surroundings in;
  private final Scheduler lane;
  private final Members members;
  private final ClusterClock clock;
  private final StateWatch states;
  private final ClockWatch clocks;
  private final Proposer proposer;
  private final LongPolls longPolls;
  private final JobWaits jobWaits;
  private final LeaderDuties duties;
  private final SnapshotDuty snapshots;
  private final ListingDuty listing;
  private final LoginDuty logins;
  private final HeadDuty heads;
  private final ErasureDuty erasures;
  private final Sealing sealing;
  private final ResealDuty reseal;
  private final Optional<RingDuty> rings;
  private final KeyholderWatch keyholders;
  private final ReplicatedGateway gateway;
  private final ReadBarrier barrier;
  private final Consumer<Throwable> fatal;
  private volatile boolean closed;
  private volatile boolean elected;

  /** When a leader was heard of last, by the serving lane's clock. */
  private volatile long leaderHeardAt;

  private volatile Runnable accessChanged = () -> {};

  /** Of the serving lane, like those below: when somebody was seen to lead. */
  private long ledAt;

  private long pulsedAt;

  private volatile long startedAt;
  private long electedAt;

  public NodeCore(Surroundings in) {
    Replica replica = in.replica();
    Lanes lanes = in.lanes();
    this.in = in;
    this.lane = lanes.serving();
    this.members = new Members(in.node(), in.members(), lane::now);
    this.clock = new ClusterClock(members, lane::now, in.unixMs());
    this.states = new StateWatch(new StateVotes(members, replica::digestAt), this::failed);
    this.clocks = new ClockWatch(in.node(), members, in.peers(), lane);
    this.fatal = in.fatal();
    this.proposer =
        new Proposer(
            in.node(), in.boot(), in.log(), in.proposals(), lanes.proposing(), this::release);
    var barrier =
        new ReadBarrier(
            () -> in.log().readIndex().thenCompose(appliedIndex::reached), lanes.reading());
    this.longPolls =
        new LongPolls(
            queue -> replica.deliverable(queue, clock.now()),
            proposer::submit,
            barrier::await,
            id -> replica.ask(Principal.SYSTEM, new IsAnswered(id)),
            this::release,
            lanes.serving(),
            WAITERS);
    this.jobWaits =
        new JobWaits(replica::ask, this::mayRead, barrier::await, lanes.reading(), WAITERS);
    this.barrier = barrier;
    this.listing =
        new ListingDuty(
            in.node(), in.tokens(), replica, () -> in.log().leads(), proposer::submit, lane);
    this.logins = new LoginDuty(replica::featureLevelIfAny, proposer::submit, lane);
    this.duties =
        new LeaderDuties(
            replica,
            proposer::submit,
            lane,
            clock::now,
            () -> members.commonFeatureLevel(in.featureLevel()));
    this.heads =
        new HeadDuty(
            replica::audit, duties::leads, clock::now, in.newAuditKey(), proposer::submit, lane);
    this.sealing =
        new Sealing(
            in.ringKeys().orElse(null),
            replica::keyRing,
            query -> replica.ask(Principal.SYSTEM, query),
            in.random());
    this.erasures =
        new ErasureDuty(
            () -> replica.ask(Principal.SYSTEM, new Query.NextErasure()),
            sealing,
            duties::leads,
            replica::featureLevelIfAny,
            proposer::submit,
            lane,
            lanes.reading());
    this.snapshots = new SnapshotDuty(in.snapshotLogBytes(), lanes.serving(), in.checkpoints());
    this.gateway =
        new ReplicatedGateway(
            proposer,
            longPolls,
            jobWaits,
            barrier,
            replica,
            lanes.reading(),
            this::isStale,
            sealing,
            this::release,
            lane::now);
    this.reseal =
        new ResealDuty(
            () -> replica.ask(Principal.SYSTEM, new Query.NextReseal()),
            gateway::keyOf,
            sealing,
            duties::leads,
            replica::featureLevelIfAny,
            proposer::submit,
            lane,
            lanes.reading());
    this.rings = in.ringKeys().map(this::ringDuty);
    this.keyholders =
        new KeyholderWatch(replica::keyRing, sealing, members::words, duties::leads, in.peers());
    replica.listen(this::hear);
  }

  private RingDuty ringDuty(RingKeys ring) {
    Replica replica = in.replica();
    return new RingDuty(
        ring,
        sealing,
        replica::keyRing,
        query -> replica.ask(Principal.SYSTEM, query),
        members::words,
        members.majority(),
        duties::leads,
        replica::featureLevelIfAny,
        proposer::submit,
        lane,
        in.lanes().reading());
  }

  /** Begins to speak with the other members. Called once, when the replica has its state. */
  public void start() {
    startedAt = lane.now();
    ledAt = lane.now();
    pulsedAt = lane.now();
    leaderHeardAt = lane.now() - in.staleMs();
    lane.execute(this::greet);
    lane.every(HELLO_MS, this::greet);
    lane.every(PULSE_MS, this::pulse);
  }

  private void greet() {
    if (!closed) {
      in.peers().tell(hello());
      states.look();
      clocks.look(duties.leads());
      logins.look();
      heads.look();
      erasures.look();
      reseal.look();
      rings.ifPresent(RingDuty::look);
      keyholders.look();
    }
  }

  private void pulse() {
    long now = lane.now();
    duties.stalled(now - pulsedAt - PULSE_MS);
    pulsedAt = now;
    if (in.log().leads() ? duties.leads() : in.log().hasLeader()) {
      ledAt = now;
      leaderHeardAt = now;
      listing.look();
    }
  }

  /** Whether so long nobody was heard to lead that rules may have changed meanwhile. */
  public boolean isStale() {
    return lane.now() - leaderHeardAt > in.staleMs();
  }

  /** Who may do what, as far as this node knows. */
  public Access access() {
    return in.replica().access();
  }

  /** Completes when this node knows everything that was answered before, on any node. */
  public CompletableFuture<Void> caughtUp() {
    long now = lane.now();
    return barrier.await().thenRun(() -> leaderHeardAt = Math.max(leaderHeardAt, now));
  }

  /** A wrong token came from an address. For any thread; returns at once. */
  public void loginRefused(String address) {
    logins.refused(address);
  }

  /** Whether the tokens of this node's configuration can be used. */
  public boolean tokensListed() {
    return listing.isDone() && !levelIsRising() && !levelMayRise();
  }

  /**
   * A cluster begins at the lowest level, and rises when all members have been heard; one that does
   * not come is not waited for.
   */
  private boolean levelMayRise() {
    return !in.tokens().isEmpty()
        && in.replica().featureLevel() < FeatureLevel.ACCESS
        && members.commonFeatureLevel(in.featureLevel()) == 0
        && lane.now() - startedAt < MEMBERS_MS;
  }

  /** Whether all members understand more than has been agreed on. */
  private boolean levelIsRising() {
    return members.commonFeatureLevel(in.featureLevel()) > in.replica().featureLevel();
  }

  /** Hears that it has changed who may do what; on the applying thread. Set once. */
  public void onAccessChange(Runnable listener) {
    accessChanged = listener;
  }

  private boolean mayRead(Principal principal, QueueName queue) {
    Grant grant = in.replica().access().grant(principal);
    return grant != null && grant.allows(Operation.GET_JOB, queue);
  }

  /** The other members, and what they said last. */
  public Members members() {
    return members;
  }

  /** The replicated clock as this node knows it. */
  public ClusterClock clock() {
    return clock;
  }

  /** Sets the replicated clock forward to the clock of the majority, by somebody's will. */
  public CompletableFuture<Reply> setClock(Principal principal) {
    Optional<Long> majority = clock.majorityMs();
    if (majority.isEmpty()) {
      return CompletableFuture.completedFuture(
          new Refused(SERVICE_UNAVAILABLE, "The clocks of a majority are not known, retry later"));
    }
    if (in.replica().featureLevel() < FeatureLevel.LOST_TIME) {
      return CompletableFuture.completedFuture(
          new Refused(FEATURE_LEVEL, "A member does not understand this yet"));
    }
    return proposer.submit(new Submission(principal, null, new Command.SetClock(majority.get())));
  }

  /** What this node can open and seal. */
  public Sealing sealing() {
    return sealing;
  }

  public CommandGateway gateway() {
    return gateway;
  }

  /** Commands without an answer. */
  public int pendingCommands() {
    return proposer.pending();
  }

  /** Bytes of these commands. */
  public long pendingBytes() {
    return proposer.pendingBytes();
  }

  public int waitingPulls() {
    return longPolls.waiting();
  }

  /** Hears the state machine; on the applying thread. */
  public void hear(Fact fact) {
    switch (fact) {
      case Fact.QueueReady(QueueName queue) -> longPolls.ready(queue);
      case Fact.JobEnded(JobId job, QueueName queue, JobEnd end) -> jobWaits.ended(job, queue, end);
      case Fact.AccessChanged _ -> accessChanged.run();
      case Fact.RulesChanged _, Fact.DataRulesChanged _ -> {}
    }
  }

  @Override
  public void applied(long index, Outcome outcome, int entryBytes) {
    snapshots.applied(entryBytes, outcome.rows());
    clock.advance(in.replica().clock());
    proposer.applied(outcome);
    duties.timersChanged();
    appliedIndex.advance(index);
  }

  @Override
  public void passed(long index) {
    appliedIndex.advance(index);
    clock.advance(in.replica().clock());
  }

  @Override
  public void restored(long index) {
    appliedIndex.advance(index);
    clock.advance(in.replica().clock());
    longPolls.recheckAll();
    jobWaits.recheckAll();
    accessChanged.run();
    duties.timersChanged();
  }

  @Override
  public OptionalLong stamp() {
    return clock.isKnown() ? OptionalLong.of(clock.now()) : OptionalLong.empty();
  }

  @Override
  public Hello hello() {
    return new Hello(
        in.node(),
        in.unixMs().getAsLong(),
        clock.now(),
        clock.isKnown(),
        in.featureLevel(),
        appliedIndex.get(),
        in.log().committed(),
        digest(),
        in.ringKeys().map(RingKeys::held).orElse(List.of()));
  }

  private Digest digest() {
    try {
      return in.replica().digest();
    } catch (RefusedException _) {
      return new Digest(0, 0);
    }
  }

  @Override
  public void heard(Hello hello) {
    if (members.hear(hello, in.unixMs().getAsLong())) {
      clock.hear(hello);
      duties.membersHeard();
    }
  }

  @Override
  public void leaderChanged() {
    proposer.leaderChanged();
  }

  @Override
  public void leading() {
    elected = true;
    lane.execute(
        () -> {
          electedAt = lane.now();
          begin();
        });
  }

  /** The leadership begins when it is known what time it is. */
  private void begin() {
    if (!elected || closed) {
      return;
    }
    boolean fresh = in.replica().clock() == 0;
    Optional<Long> setForward = clock.begin(lane.now() - electedAt < PATIENCE_MS);
    if (setForward.isEmpty()) {
      in.peers().tell(hello());
      lane.after(PULSE_MS, this::begin);
      return;
    }
    duties.lead(fresh ? 0 : setForward.get() + lane.now() - ledAt);
    proposer.leaderChanged();
  }

  @Override
  public void notLeading() {
    elected = false;
    duties.leadNoMore();
  }

  @Override
  public void failed(Throwable cause) {
    fatal.accept(cause);
  }

  /** Takes nothing any more. Called while the lanes still run. */
  public void stop() {
    closed = true;
    duties.leadNoMore();
    proposer.close();
  }

  /** Answers whatever has no answer yet. Called after the lanes have ended. */
  public void endAll() {
    longPolls.endAll(STOPPING);
    jobWaits.endAll(STOPPING);
    proposer.refuseAll();
  }

  /** Jobs were delivered to somebody who is no longer there: they go back. */
  private void release(Reply reply) {
    if (reply instanceof Delivered delivered && !delivered.jobs().isEmpty() && !closed) {
      var claims = delivered.jobs().stream().map(job -> new Claim(job.id(), job.lease())).toList();
      var _ = proposer.submit(new Submission(Principal.SYSTEM, null, new ReleaseJobs(claims)));
    }
  }
}
