package dev.flashq.cluster;

import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.propose.Proposer;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.cluster.read.AppliedIndex;
import dev.flashq.cluster.read.ReadBarrier;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.replica.ReplicaEvents;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.waiting.JobWaits;
import dev.flashq.cluster.waiting.LongPolls;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.IsAnswered;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.log.Submission;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

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
   * @param unixMs what people call time; may jump
   * @param fatal called when the replica cannot go on
   */
  public record Surroundings(
      String node,
      long boot,
      Replica replica,
      ReplicatedLog log,
      Checkpointing checkpoints,
      long snapshotLogBytes,
      ProposalLimits proposals,
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

  private final AppliedIndex appliedIndex = new AppliedIndex();
  private final Proposer proposer;
  private final LongPolls longPolls;
  private final JobWaits jobWaits;
  private final LeaderDuties duties;
  private final SnapshotDuty snapshots;
  private final ReplicatedGateway gateway;
  private final Consumer<Throwable> fatal;
  private volatile boolean closed;

  public NodeCore(Surroundings in) {
    Replica replica = in.replica();
    Lanes lanes = in.lanes();
    this.fatal = in.fatal();
    this.proposer =
        new Proposer(
            in.node(), in.boot(), in.log(), in.proposals(), lanes.proposing(), this::release);
    var barrier =
        new ReadBarrier(
            () -> in.log().readIndex().thenCompose(appliedIndex::reached), lanes.reading());
    this.longPolls =
        new LongPolls(
            queue -> replica.deliverable(queue, in.unixMs().getAsLong()),
            proposer::submit,
            barrier::await,
            id -> replica.ask(new IsAnswered(id)),
            this::release,
            lanes.serving(),
            WAITERS);
    this.jobWaits = new JobWaits(replica::ask, barrier::await, lanes.reading(), WAITERS);
    this.duties = new LeaderDuties(replica, proposer::submit, lanes.serving(), in.unixMs());
    this.snapshots = new SnapshotDuty(in.snapshotLogBytes(), lanes.serving(), in.checkpoints());
    this.gateway =
        new ReplicatedGateway(proposer, longPolls, jobWaits, barrier, replica, lanes.reading());
    replica.listen(this::hear);
  }

  public CommandGateway gateway() {
    return gateway;
  }

  /** Commands without an answer. */
  public int pendingCommands() {
    return proposer.pending();
  }

  public int waitingPulls() {
    return longPolls.waiting();
  }

  /** Hears the state machine; on the applying thread. */
  public void hear(Fact fact) {
    switch (fact) {
      case Fact.QueueReady(QueueName queue) -> longPolls.ready(queue);
      case Fact.JobEnded(JobId job, _, JobEnd end) -> jobWaits.ended(job, end);
      case Fact.RulesChanged _ -> {}
    }
  }

  @Override
  public void applied(long index, Outcome outcome, int entryBytes) {
    snapshots.applied(entryBytes, outcome.rows());
    proposer.applied(outcome);
    duties.timersChanged();
    appliedIndex.advance(index);
  }

  @Override
  public void passed(long index) {
    appliedIndex.advance(index);
  }

  @Override
  public void restored(long index) {
    appliedIndex.advance(index);
    longPolls.recheckAll();
    jobWaits.recheckAll();
    duties.timersChanged();
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

  /** Takes nothing any more. Called while the lanes still run. */
  public void stop() {
    closed = true;
    duties.lead(false);
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
