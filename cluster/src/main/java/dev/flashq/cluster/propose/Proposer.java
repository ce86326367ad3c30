package dev.flashq.cluster.propose;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import dev.flashq.cluster.config.ProposalLimits;
import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.schedule.Scheduler.Alarm;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.Burst;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands of all sessions of this node into entries of the log, and the replies back.
 *
 * <p>Large commands have a line of their own and one entry on its way at a time, so that small ones
 * do not wait for more than one of them. Pushes to a queue that a large one is to come to stay
 * behind it. What an entry left over because it would have been too much work goes with the large
 * ones, and so does what comes soon after that, or after a slow entry, unless its own size bounds
 * its work.
 *
 * <p>One step at a time fills entries and sends them. There is no timer that waits for more: a
 * command goes at once when no small entry is on its way; while one is, the next one fills, and
 * goes when that has been applied, or before when it is worth it. An entry costs all members about
 * the same whatever is in it, so one client gets the latency of the log, and many get its
 * throughput without their nodes being busy with entries of a few commands each. When nothing is on
 * its way the step is made by whoever submits, otherwise by the lane. A command is answered when
 * this node has applied its entry, or after {@link Limits#COMMIT_WAIT_MS} in any case. An entry
 * whose fate is unknown is sent again under the same sequence; the engine applies a sequence once.
 * An entry that certainly did not enter the log is not sent any more when one of its commands has
 * run out of time: its sender was told that it has no effect.
 */
public final class Proposer {
  private static final Logger LOG = LoggerFactory.getLogger(Proposer.class);
  private static final Refused FULL =
      new Refused(LIMIT_EXCEEDED, "Too many commands are waiting on this node, retry later");

  /** Milliseconds until a failed attempt is repeated at the same leader. */
  private static final long RETRY_MS = 20;

  /** Milliseconds between looks for a leader while commands wait for one. */
  private static final long LOOK_MS = 100;

  /** Milliseconds after an entry was much work in which others may be, too. */
  private static final long WARY_MS = 1_000;

  /** Milliseconds that only an entry takes that is much work, or one behind such. */
  private static final long SLOW_MS = 200;

  /** Commands from which on a small entry goes beside others. */
  static final int WORTH_COMMANDS = 64;

  /** Bytes from which on it does. */
  static final long WORTH_BYTES = 64L * 1024;

  private record Rest(List<PendingCommand> commands, Line line) {}

  private record AttemptEnd(PendingEntry entry, int attempt, @Nullable Throwable failure) {}

  private final String node;
  private final long boot;
  private final ReplicatedLog log;
  private final ProposalLimits limits;
  private final Scheduler lane;
  private final Consumer<Reply> unwanted;

  private final Queue<PendingCommand> arrivals = new ConcurrentLinkedQueue<>();

  /** Ends of entries that were too much, to be proposed again before everything else. */
  private final Queue<Rest> postponed = new ConcurrentLinkedQueue<>();

  private final Queue<AttemptEnd> attemptEnds = new ConcurrentLinkedQueue<>();
  private final ConcurrentSkipListMap<Long, PendingEntry> inFlight = new ConcurrentSkipListMap<>();

  /** Entries in flight that are not large. */
  private final AtomicInteger smallInFlight = new AtomicInteger();

  /** Commands and bytes that have arrived since the last step. */
  private final AtomicInteger arrived = new AtomicInteger();

  private final AtomicLong arrivedBytes = new AtomicLong();

  /** Of large entries, also of those that nobody waits for any more: the log still holds them. */
  private final AtomicInteger largeAttempts = new AtomicInteger();

  /** Entries that nobody waits for any more, and that may still be on their way. */
  private final Set<PendingEntry> abandoned = ConcurrentHashMap.newKeySet();

  private final AtomicInteger pendingCommands = new AtomicInteger();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicLong leadership = new AtomicLong();
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile boolean closed;

  /** Whether commands wait that the lane has seen. */
  private volatile boolean backlog;

  /** Until when a command that may be a lot of work is taken for one. */
  private volatile long wary = Long.MIN_VALUE;

  /** Held while a step is made. */
  private final ReentrantLock stepping = new ReentrantLock();

  /** Of the step alone, like all below. */
  private final Line small = new Line(false);

  private final Line large = new Line(true);
  private final List<Line> lines = List.of(small, large);

  private long lastSequence;
  private long sentUnder;
  private @Nullable Alarm alarm;
  private long alarmAt = Long.MAX_VALUE;

  /**
   * @param lane makes steps, and may be held up by {@link ReplicatedLog#append}
   * @param unwanted gets replies whose sender has gone or was already told that the outcome is
   *     unknown, and cannot ask again by a request id
   */
  public Proposer(
      String node,
      long boot,
      ReplicatedLog log,
      ProposalLimits limits,
      Scheduler lane,
      Consumer<Reply> unwanted) {
    this.node = node;
    this.boot = boot;
    this.log = log;
    this.limits = limits;
    this.lane = lane;
    this.unwanted = unwanted;
  }

  /** Never blocks; the reply comes within {@link Limits#COMMIT_WAIT_MS} and a little. */
  public CompletableFuture<Reply> submit(Submission submission) {
    long bytes = CommandSize.of(submission.command());
    if (pendingCommands.incrementAndGet() > limits.commands() || !reserve(bytes)) {
      pendingCommands.decrementAndGet();
      return CompletableFuture.completedFuture(FULL);
    }
    var command = new PendingCommand(submission, bytes, lane.now());
    int waiting = arrived.incrementAndGet();
    long waitingBytes = arrivedBytes.addAndGet(bytes);
    arrivals.add(command);
    if (closed) {
      refuseArrivals();
    }
    // What is on its way makes a step when it comes to its end, whatever that is.
    boolean mayWait =
        smallInFlight.get() > 0 && !command.isLarge() && !isWorthAnEntry(waiting, waitingBytes);
    if (!mayWait && !stepHere()) {
      wake();
    }
    return command.reply();
  }

  /** Whether so much is worth an entry beside another one. */
  static boolean isWorthAnEntry(int commands, long bytes) {
    return commands >= WORTH_COMMANDS || bytes >= WORTH_BYTES;
  }

  /** When nothing is on its way, a command goes without another thread's help. */
  private boolean stepHere() {
    if (smallInFlight.get() > 0 || stepping.isHeldByCurrentThread() || !stepping.tryLock()) {
      return false;
    }
    try {
      step();
      return true;
    } finally {
      stepping.unlock();
    }
  }

  /** Notes what an entry led to on this node; called by the applying thread. */
  public void applied(Outcome outcome) {
    if (outcome.boot() != boot || !outcome.node().equals(node)) {
      return;
    }
    PendingEntry entry = land(outcome.sequence());
    if (entry == null) {
      for (int i = 0; i < outcome.replies().size(); i++) {
        dispose(outcome.replies().get(i), outcome.named().test(i));
      }
      return;
    }
    long now = lane.now();
    if (now - entry.madeAt() > SLOW_MS) {
      wary = now + WARY_MS;
    }
    List<PendingCommand> commands = entry.commands();
    List<Reply> replies = outcome.replies();
    Burst.run(
        () -> {
          for (int i = 0; i < commands.size(); i++) {
            if (!outcome.isNew()) {
              // It had been applied before, inside a checkpoint that this node got from the leader.
              answer(commands.get(i), PendingEntry.unknown());
            } else if (i < replies.size()) {
              answer(commands.get(i), replies.get(i));
            }
          }
        });
    if (outcome.isNew() && replies.size() < commands.size()) {
      // The rest was too much for one entry and had no effect.
      postponed.add(new Rest(commands.subList(replies.size(), commands.size()), lineOf(entry)));
    }
    if (hasMore()) {
      wake();
    }
  }

  private void launch(PendingEntry entry) {
    inFlight.put(entry.sequence(), entry);
    if (!entry.isLarge()) {
      smallInFlight.incrementAndGet();
    }
  }

  private @Nullable PendingEntry land(long sequence) {
    PendingEntry entry = inFlight.remove(sequence);
    if (entry != null && !entry.isLarge()) {
      smallInFlight.decrementAndGet();
    }
    return entry;
  }

  /** Whether an entry that has come to its end lets another one go. */
  private boolean hasMore() {
    return !arrivals.isEmpty() || !postponed.isEmpty() || backlog;
  }

  /**
   * There is another leader, or the same one again: whatever is on its way is sent again at once.
   */
  public void leaderChanged() {
    leadership.incrementAndGet();
    wake();
  }

  /** Commands without an answer. */
  public int pending() {
    return pendingCommands.get();
  }

  /** Bytes of these commands. */
  public long pendingBytes() {
    return pendingBytes.get();
  }

  /** Takes nothing any more. Called before the lane ends. */
  public void close() {
    closed = true;
    refuseArrivals();
  }

  /** Answers whatever has no answer yet. Called after the lane has ended. */
  public void refuseAll() {
    stepping.lock();
    try {
      refuseWaiting();
    } finally {
      stepping.unlock();
    }
  }

  private void refuseWaiting() {
    collect();
    for (Line line : lines) {
      for (PendingCommand command = line.poll(); command != null; command = line.poll()) {
        answer(command, PendingEntry.unavailable());
      }
    }
    for (PendingEntry entry : inFlight.values()) {
      Refused refusal =
          entry.isCertainlyNotInLog() ? PendingEntry.unavailable() : PendingEntry.unknown();
      entry.commands().forEach(command -> answer(command, refusal));
    }
    inFlight.clear();
    smallInFlight.set(0);
  }

  private void refuseArrivals() {
    for (PendingCommand command = arrivals.poll(); command != null; command = arrivals.poll()) {
      answer(command, PendingEntry.unavailable());
    }
  }

  private void wake() {
    if (!woken.get() && woken.compareAndSet(false, true)) {
      lane.execute(this::stepOfLane);
    }
  }

  private void stepOfLane() {
    stepping.lock();
    try {
      woken.set(false);
      step();
    } finally {
      stepping.unlock();
    }
  }

  private void step() {
    if (closed) {
      return;
    }
    do {
      collect();
      long now = lane.now();
      expire(now);
      sentUnder = leadership.get();
      if (log.hasLeader()) {
        resend(now);
        sendNext();
      }
      backlog = !small.isEmpty() || !large.isEmpty();
      // An entry may have come to its end since; whoever saw to that did not know of the backlog.
    } while (nextLine() != null && log.hasLeader() && !closed);
    setAlarm(nextEvent(lane.now()));
  }

  /** Where the next entry comes from; null when nothing waits or may go. */
  private @Nullable Line nextLine() {
    if (inFlight.size() + abandoned.size() >= limits.entriesInFlight()) {
      return null;
    }
    if (!large.isEmpty()
        && largeAttempts.get() == 0
        && inFlight.values().stream().noneMatch(PendingEntry::isLarge)) {
      return large;
    }
    return !small.isEmpty() && (smallInFlight.get() == 0 || small.isWorthAnEntry()) ? small : null;
  }

  private Line lineOf(PendingEntry entry) {
    return entry.isLarge() ? large : small;
  }

  private void collect() {
    for (Rest rest = postponed.poll(); rest != null; rest = postponed.poll()) {
      putBack(rest);
    }
    arrived.set(0);
    arrivedBytes.set(0);
    for (PendingCommand command = arrivals.poll(); command != null; command = arrivals.poll()) {
      lineOf(command).add(command);
    }
    for (AttemptEnd end = attemptEnds.poll(); end != null; end = attemptEnds.poll()) {
      end.entry().end(end.attempt(), end.failure(), lane.now() + RETRY_MS);
      if (!end.entry().hasOpenAttempt()) {
        abandoned.remove(end.entry());
      }
    }
  }

  /**
   * Something in the entry was a lot of work, and perhaps what comes next is too; the others must
   * not stay behind it from entry to entry.
   */
  private void putBack(Rest rest) {
    wary = lane.now() + WARY_MS;
    if (rest.line() == large) {
      large.putBack(rest.commands());
      return;
    }
    List<PendingCommand> bounded = new ArrayList<>();
    for (PendingCommand command : rest.commands()) {
      if (CommandSize.boundsWork(command.submission().command())) {
        bounded.add(command);
      } else {
        large.add(command);
      }
    }
    small.putBack(bounded);
  }

  private Line lineOf(PendingCommand command) {
    boolean mayBeMuch =
        lane.now() < wary && !CommandSize.boundsWork(command.submission().command());
    return mayBeMuch || command.isLarge() || large.holdsUp(command) ? large : small;
  }

  private void expire(long now) {
    lines.forEach(line -> expire(line, now));
    for (PendingEntry entry : inFlight.values()) {
      PendingCommand oldest = entry.oldest();
      if (oldest != null && oldest.deadline() <= now) {
        expire(entry, now);
      }
    }
  }

  private void expire(Line line, long now) {
    for (PendingCommand head = line.peek();
        head != null && head.deadline() <= now;
        head = line.peek()) {
      line.poll();
      answer(head, log.hasLeader() ? PendingEntry.busy() : PendingEntry.unavailable());
    }
  }

  private void expire(PendingEntry entry, long now) {
    boolean noEffect = entry.isCertainlyNotInLog();
    PendingCommand oldest = entry.oldest();
    while (oldest != null && oldest.deadline() <= now) {
      answer(oldest, noEffect ? PendingEntry.unavailable() : PendingEntry.unknown());
      entry.dropOldest();
      oldest = entry.oldest();
    }
    if (noEffect) {
      // It must not go into the log later: the others go in an entry without those that have ended.
      var _ = land(entry.sequence());
      lineOf(entry).putBack(entry.rest());
    } else if (oldest == null) {
      var _ = land(entry.sequence());
      if (entry.hasOpenAttempt()) {
        // It waits to be applied; more of its kind would only make that longer.
        abandoned.add(entry);
      }
    }
  }

  private void resend(long now) {
    for (PendingEntry entry : inFlight.values()) {
      if (entry.isDue(sentUnder, now)) {
        send(entry, sentUnder);
      }
    }
  }

  private void sendNext() {
    for (Line line = nextLine(); line != null && !closed; line = nextLine()) {
      List<PendingCommand> commands = nextCommands(line);
      if (!commands.isEmpty()) {
        PendingEntry entry = encode(commands, line == large);
        launch(entry);
        send(entry, sentUnder);
      }
      collect();
    }
  }

  private List<PendingCommand> nextCommands(Line line) {
    List<PendingCommand> commands = new ArrayList<>();
    long bytes = 0;
    for (PendingCommand next = line.peek(); next != null; next = line.peek()) {
      boolean full =
          commands.size() == Limits.COMMANDS_PER_ENTRY || bytes + next.bytes() > Limits.ENTRY_BYTES;
      if (full && !commands.isEmpty()) {
        break;
      }
      line.poll();
      if (next.reply().isDone()) {
        release(next);
      } else {
        commands.add(next);
        bytes += next.bytes();
      }
    }
    return commands;
  }

  private PendingEntry encode(List<PendingCommand> commands, boolean isLarge) {
    long sequence = ++lastSequence;
    // Whatever is not in flight any more is never sent again.
    var oldest = inFlight.firstEntry();
    var header = new EntryHeader(node, boot, sequence, oldest == null ? sequence : oldest.getKey());
    var bytes =
        EntryCodec.encode(header, commands.stream().map(PendingCommand::submission).toList());
    return new PendingEntry(sequence, bytes, commands, isLarge, lane.now());
  }

  private void send(PendingEntry entry, long currentLeadership) {
    int attempt = entry.begin(currentLeadership);
    CompletableFuture<Void> end;
    if (entry.isLarge()) {
      largeAttempts.incrementAndGet();
    }
    try {
      end = log.append(entry.bytes());
    } catch (RuntimeException e) {
      end = CompletableFuture.failedFuture(e);
    }
    var _ =
        end.whenComplete(
            (_, failure) -> {
              attemptEnds.add(new AttemptEnd(entry, attempt, failure));
              boolean lastLarge = entry.isLarge() && largeAttempts.decrementAndGet() == 0;
              if ((lastLarge || !abandoned.isEmpty()) && hasMore()) {
                wake();
              }
              if (failure != null) {
                LOG.debug(
                    "Attempt {} of entry {} failed: {}",
                    attempt,
                    entry.sequence(),
                    failure.toString());
                wake();
              }
            });
  }

  /** When the lane has to look again although nothing happens; {@link Long#MAX_VALUE}: never. */
  private long nextEvent(long now) {
    long next = Long.MAX_VALUE;
    for (Line line : lines) {
      PendingCommand first = line.peek();
      if (first != null) {
        next = Math.min(next, Math.min(first.deadline(), now + LOOK_MS));
      }
    }
    for (PendingEntry entry : inFlight.values()) {
      PendingCommand oldest = entry.oldest();
      next = Math.min(next, oldest == null ? Long.MAX_VALUE : oldest.deadline());
      next = Math.min(next, Math.max(entry.retryAt(), now + 1));
    }
    return next;
  }

  private void setAlarm(long at) {
    if (at >= alarmAt) {
      return;
    }
    Alarm old = alarm;
    if (old != null) {
      old.cancel();
    }
    alarmAt = at;
    alarm =
        lane.after(
            at - lane.now(),
            () -> {
              stepping.lock();
              try {
                alarmAt = Long.MAX_VALUE;
                step();
              } finally {
                stepping.unlock();
              }
            });
  }

  private boolean reserve(long bytes) {
    if (pendingBytes.addAndGet(bytes) > limits.bytes()) {
      pendingBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  private void answer(PendingCommand command, Reply reply) {
    boolean wanted = command.reply().complete(reply);
    release(command);
    if (!wanted) {
      dispose(reply, command.submission().requestId() != null);
    }
  }

  /** What a request id names is kept for whoever sends it again, to this node or to another. */
  private void dispose(Reply reply, boolean named) {
    if (!named) {
      unwanted.accept(reply);
    }
  }

  private void release(PendingCommand command) {
    if (command.end()) {
      pendingCommands.decrementAndGet();
      pendingBytes.addAndGet(-command.bytes());
    }
  }
}
