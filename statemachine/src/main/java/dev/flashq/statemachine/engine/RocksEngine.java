package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.INTERNAL_ERROR;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.JobStatus;
import dev.flashq.statemachine.job.JobViews;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.request.StoredReplies;
import dev.flashq.statemachine.state.proto.StateProto.StoredReply;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.store.Views;
import dev.flashq.statemachine.timer.Timers.Timer;
import dev.flashq.statemachine.turn.Turn;
import dev.flashq.statemachine.turn.WorkBudget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue engine on RocksDB. What entries write lies in memory over the database, which gets it
 * for a checkpoint or when there is too much of it; everything else in memory is derived from that.
 */
public final class RocksEngine implements QueueEngine {
  private static final Logger LOG = LoggerFactory.getLogger(RocksEngine.class);

  private final String node;
  private final long boot;
  private final EngineMemory memory;
  private final Database db;
  private final State state;
  private final Views views;
  private final Dispatcher dispatch;
  private final Admission admission;
  private final DigestHistory digests = new DigestHistory();
  private final Reader reader;
  private Consumer<Fact> listener = _ -> {};
  private volatile Applied applied;
  private volatile Digest digest;
  private volatile long nextTimerDue;
  private volatile long clock;
  private volatile int featureLevel;
  private volatile AuditStanding audit;
  private volatile AuditPolicy auditPolicy;

  /**
   * @param folder of the live database
   * @param node this node's name, and {@code boot} the number of its start: entries of this boot
   *     are answered here
   */
  public RocksEngine(Path folder, String node, long boot, EngineMemory memory) {
    this(folder, node, boot, memory, UnaryOperator.identity());
  }

  /** An engine that does everything on the threads that call it. */
  public RocksEngine(Path folder, String node, long boot) {
    this(folder, node, boot, EngineMemory.DEFAULT);
  }

  /**
   * @param faults puts faults between the log and the handlers
   */
  RocksEngine(
      Path folder, String node, long boot, EngineMemory memory, UnaryOperator<Dispatcher> faults) {
    this.node = node;
    this.boot = boot;
    this.memory = memory;
    this.db = new Database(folder);
    this.state = new State(db);
    this.views = new Views(db, state.tables);
    this.reader = new Reader(state.queues::name);
    this.dispatch = faults.apply(new Dispatch(state));
    this.admission = new Admission(state.access);
    this.applied = new Applied(state.meta.appliedTerm(), state.meta.appliedIndex());
    this.digest = new Digest(applied.index(), state.meta.digest());
    this.audit = state.audit.standing();
    this.auditPolicy = state.audit.said();
    told();
  }

  @Override
  public void listen(Consumer<Fact> listener) {
    this.listener = listener;
  }

  @Override
  public Outcome apply(long term, long index, ByteString bytes) {
    Entry entry = EntryCodec.decode(bytes);
    EntryHeader header = entry.header();
    boolean answering = header.node().equals(node) && header.boot() == boot;
    if (index <= applied.index()) {
      throw new StorageException(
          "entry " + index + " was applied before; the last one is " + applied.index());
    }
    state.tables.requireWritable();
    Run run;
    state.tables.entryLock().lock();
    try {
      run = runWithoutFaults(entry, index, answering);
      state.writeRows(index);
      state.meta.seal(term, index, state.tables.checksum());
      state.tables.commit();
      ended(term, index, run.turn);
    } finally {
      state.tables.entryLock().unlock();
    }
    run.turn.facts().forEach(listener);
    spillIfLarge();
    return new Outcome(
        header.node(),
        header.boot(),
        header.sequence(),
        state.tables.rows(),
        run.isNew,
        answering ? run.replies : List.of(),
        position -> entry.submissions().get(position).requestId() != null);
  }

  /**
   * Runs the entry; a command whose handler throws is left out of the next try, its writes are
   * never seen.
   */
  private Run runWithoutFaults(Entry entry, long index, boolean answering) {
    Set<Integer> faulty = new TreeSet<>();
    while (true) {
      state.tables.beginEntry();
      state.audit.begin();
      Turn turn =
          new Turn(
              state.meta.advance(entry.proposedAtMs()),
              state.meta.featureLevel(),
              answering,
              new WorkBudget(state.tables));
      try {
        return run(entry, turn, faulty);
      } catch (CommandFault fault) {
        LOG.error(
            "command {} of entry {} failed: it has no effect",
            fault.position,
            index,
            fault.getCause());
        state.tables.rollback();
        state.forget();
        faulty.add(fault.position);
      }
    }
  }

  private Run run(Entry entry, Turn turn, Set<Integer> faulty) {
    var replies = new ArrayList<Reply>(entry.submissions().size());
    boolean isNew = state.proposers.admit(entry.header());
    for (int i = 0; isNew && i < entry.submissions().size() && !turn.work().isSpent(); i++) {
      Submission submission = entry.submissions().get(i);
      replies.add(
          faulty.contains(i) ? INTERNAL : run(submission, i, turn.of(submission.principal())));
    }
    return new Run(turn, isNew, replies);
  }

  private static final Reply INTERNAL =
      new Reply.Refused(
          INTERNAL_ERROR, "The server failed to carry out this command; it had no effect");

  private static final Reply OTHER_COMMAND =
      new Reply.Refused(
          INVALID_REQUEST, "The request id names another command; this one was not carried out");

  private Reply run(Submission submission, int position, Turn turn) {
    try {
      return switch (admission.of(submission, turn)) {
        case Admission.Outcome.Refuses(Reply.Refused refusal) -> noted(submission, refusal, turn);
        case Admission.Outcome.Admits(Turn admitted) -> answer(submission, admitted);
      };
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CommandFault(position, e);
    }
  }

  /** What was answered before, or what comes of it now. */
  private Reply answer(Submission submission, Turn turn) {
    RequestId id = submission.requestId();
    if (id == null) {
      return carryOut(submission, turn);
    }
    StoredReply known = state.answers.find(id, turn.work());
    if (known != null) {
      return StoredReplies.isTo(submission.command(), known)
          ? StoredReplies.decode(known, (job, lease) -> stillHeld(job, lease, turn))
          : OTHER_COMMAND;
    }
    Reply reply = carryOut(submission, turn);
    if (isFinal(reply, turn)) {
      state.answers.give(id, submission.principal(), submission.command(), reply);
    }
    return reply;
  }

  /**
   * Whether asking again must give the same answer. An empty delivery or a refusal that may pass is
   * asked anew.
   */
  private static boolean isFinal(Reply reply, Turn turn) {
    return switch (reply) {
      case Reply.Delivered delivered -> !delivered.jobs().isEmpty();
      case Reply.Refused refused -> !refused.code().retryable() && !mayBeAllowed(refused, turn);
      case Reply.Pushed(List<Reply.PushOutcome> outcomes) ->
          !outcomes.stream().allMatch(RocksEngine::mayPass);
      case Reply.Done _, Reply.Acked _, Reply.Removed _, Reply.Begun _ -> true;
    };
  }

  private static boolean mayPass(Reply.PushOutcome outcome) {
    return outcome instanceof Reply.Refused refused && refused.code().retryable();
  }

  private static boolean mayBeAllowed(Reply.Refused refused, Turn turn) {
    return refused.code() == ErrorCode.FORBIDDEN && turn.featureLevel() >= FeatureLevel.ACCESS;
  }

  private Reply carryOut(Submission submission, Turn turn) {
    if (turn.featureLevel() < FeatureLevel.ACCESS && admission.isForeign(submission)) {
      return Reason.FOR_THE_LEADER.refuses();
    }
    if (state.dataRules.isStale(submission, turn)
        || (turn.featureLevel() >= FeatureLevel.SEALING
            && state.keys.isStale(submission.command()))) {
      // The node that proposed it looks again: nothing has come of it yet that could be recorded.
      return Reason.DATA_RULES_CHANGED.refuses();
    }
    Reply.Refused refusal = state.audit.refusal(submission, turn);
    return noted(
        submission,
        refusal != null
            ? refusal
            : dispatch.dispatch(submission.command(), turn.seen(submission.inspection())),
        turn);
  }

  /** The reply, which stands in the audit trail if it belongs there. */
  private Reply noted(Submission submission, Reply reply, Turn turn) {
    state.audit.note(submission, reply, turn);
    return reply;
  }

  private @Nullable JobView stillHeld(long id, long lease, Turn turn) {
    Job job = state.jobs.find(id);
    return job != null && job.deliveries() == lease && job.status() instanceof JobStatus.Active
        ? JobViews.view(
            job,
            state.queues.get(job.queue()).name(),
            turn.answering() ? state.payloads.data(job) : null,
            null,
            0,
            state.meta.leasePauseMs())
        : null;
  }

  private void ended(long term, long index, Turn turn) {
    state.entryEnded(turn);
    applied = new Applied(term, index);
    digest = new Digest(index, state.meta.digest());
    digests.add(index, state.meta.digest());
    told();
  }

  /** What other threads may know. */
  private void told() {
    nextTimerDue = earliestTimer();
    clock = state.meta.clock();
    featureLevel = state.meta.featureLevel();
    audit = state.audit.standing();
    auditPolicy = state.audit.said();
  }

  /**
   * Lets the database have what has gathered, beside the next entries or, when they are too fast,
   * before.
   */
  private void spillIfLarge() {
    if (state.tables.overlayBytes() < memory.overlayBytes()) {
      return;
    }
    Tables.Frozen spilled;
    synchronized (state.tables.writing()) {
      writePending();
      state.tables.entryLock().lock();
      try {
        spilled = state.tables.freeze();
      } finally {
        state.tables.entryLock().unlock();
      }
    }
    memory.background().execute(() -> writeBeside(spilled));
  }

  private void writePending() {
    Tables.Frozen pending = state.tables.frozen();
    if (pending != null) {
      pending.write();
    }
  }

  private static void writeBeside(Tables.Frozen rows) {
    try {
      rows.write();
    } catch (StorageException e) {
      // The next entry stops the replica.
      LOG.error("Rows cannot be written to the database", e);
    }
  }

  private long earliestTimer() {
    Slot lease = state.leases.first();
    Timer timer = state.timers.first();
    return Math.min(
        lease == null
            ? Long.MAX_VALUE
            : Math.max(lease.major() + state.meta.leasePauseMs(), state.meta.leasesFrom()),
        timer == null ? Long.MAX_VALUE : timer.due());
  }

  @Override
  public long lastBoot(String node) {
    return state.proposers.lastBoot(node);
  }

  @Override
  public void skip(long term, long index) {
    state.tables.entryLock().lock();
    try {
      state.tables.beginEntry();
      state.meta.skip(term, index);
      state.tables.commit();
      applied = new Applied(term, index);
    } finally {
      state.tables.entryLock().unlock();
    }
  }

  @Override
  public Applied lastApplied() {
    return applied;
  }

  @Override
  public Applied checkpoint(Path folder) throws IOException {
    // Nothing of later entries may reach the database before its files are linked.
    synchronized (state.tables.writing()) {
      writePending();
      Applied in;
      Tables.Frozen rows;
      state.tables.entryLock().lock();
      try {
        in = applied;
        rows = state.tables.freeze();
      } finally {
        state.tables.entryLock().unlock();
      }
      rows.write();
      db.checkpoint(folder);
      return in;
    }
  }

  @Override
  public <R> R ask(Principal principal, Query<R> query) {
    return views.read(view -> reader.answer(principal, query, access(), view));
  }

  @Override
  public Access access() {
    return state.access.published();
  }

  @Override
  public KeyRing keyRing() {
    return state.keys.published();
  }

  @Override
  public DataRules dataRules() {
    return state.dataRules.published();
  }

  @Override
  public AuditPolicy auditPolicy() {
    return auditPolicy;
  }

  @Override
  public AuditStanding audit() {
    return audit;
  }

  /** Shows every stored row in order, for the comparison of replicas. */
  public void rows(RowVisitor visitor) {
    views.read(
        view -> {
          for (Column column : Column.values()) {
            view.scan(
                column,
                new byte[0],
                new byte[0],
                (key, value) -> {
                  visitor.row(column, key, value);
                  return true;
                });
          }
          return null;
        });
  }

  /** Sees a stored row. */
  public interface RowVisitor {
    void row(Column column, byte[] key, byte[] value);
  }

  @Override
  public Deliverable deliverable(QueueName queue, long now) {
    return state.queues.deliverable(queue, now);
  }

  @Override
  public long nextTimerDue() {
    return nextTimerDue;
  }

  @Override
  public Digest digest() {
    return digest;
  }

  @Override
  public @Nullable Long digestAt(long index) {
    return digests.at(index);
  }

  @Override
  public long clock() {
    return clock;
  }

  @Override
  public int featureLevel() {
    return featureLevel;
  }

  @Override
  public void close() {
    state.close();
    db.close();
  }

  private record Run(Turn turn, boolean isNew, List<Reply> replies) {}

  /** A handler threw: a bug of ours, the same on every replica. */
  private static final class CommandFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int position;

    private CommandFault(int position, RuntimeException cause) {
      super(cause);
      this.position = position;
    }
  }
}
