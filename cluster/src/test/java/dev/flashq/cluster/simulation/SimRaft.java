package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.cluster.simulation.Message.Append;
import dev.flashq.cluster.simulation.Message.Appended;
import dev.flashq.cluster.simulation.Message.AskIndex;
import dev.flashq.cluster.simulation.Message.End;
import dev.flashq.cluster.simulation.Message.Forward;
import dev.flashq.cluster.simulation.Message.Forwarded;
import dev.flashq.cluster.simulation.Message.Greeting;
import dev.flashq.cluster.simulation.Message.Index;
import dev.flashq.cluster.simulation.Message.Install;
import dev.flashq.cluster.simulation.Message.LogEntry;
import dev.flashq.cluster.simulation.Message.Vote;
import dev.flashq.cluster.simulation.Message.Voted;
import dev.flashq.statemachine.log.EntryCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One member's part in Raft, as small as it can be and still lose nothing: pre-vote, election,
 * replication with fsync, checkpoints for those that lag, read index by a round of heartbeats.
 */
final class SimRaft implements ReplicatedLog {
  private static final long HEARTBEAT_MICROS = 100_000;
  private static final long ELECTION_MIN = 300_000;
  private static final long ELECTION_MAX = 500_000;
  private static final int BATCH = 32;

  /** What the member's node does with what is committed. */
  interface Replica {
    /** Applies the entry; may end the node. */
    void apply(long index, LogEntry entry);

    void install(long index, long term, Path folder);

    /** A checkpoint to be sent; null when there is none. */
    @Nullable CheckpointFolder checkpoint();

    void leaderChanged();

    void leading();

    void notLeading();

    void diskFailed();
  }

  /** A checkpoint on disk. */
  record CheckpointFolder(long index, long term, Path folder) {}

  private enum Role {
    FOLLOWER,
    CANDIDATE,
    LEADER
  }

  private record PendingRead(long committed, long round, CompletableFuture<Long> answer) {}

  private final World world;
  private final SimNetwork network;
  private final SimDisk disk;
  private final Replica replica;
  private final SimNode node;
  private final int me;
  private final int size;
  private final int boot;

  private Role role = Role.FOLLOWER;
  private int leader = -1;
  private long heardAt;
  private long electionAfter;
  private long commit;
  private long applied;
  private boolean applying;
  private boolean ready;
  private long firstOfTerm;
  private final List<Integer> votes = new ArrayList<>();
  private boolean preVoting;

  // As leader.
  private final long[] next;
  private final long[] match;
  private final long[] confirmedRound;
  private final long[] sentAt;
  private final long[] heardFromAt;
  private long round;
  private final TreeMap<Long, CompletableFuture<Void>> appends = new TreeMap<>();
  private final List<PendingRead> reads = new ArrayList<>();

  // As one who asks the leader.
  private long calls;
  private final TreeMap<Long, CompletableFuture<Void>> forwards = new TreeMap<>();
  private final TreeMap<Long, CompletableFuture<Long>> asked = new TreeMap<>();

  SimRaft(World world, SimNetwork network, SimDisk disk, SimNode node, Replica replica, int size) {
    this.world = world;
    this.network = network;
    this.disk = disk;
    this.node = node;
    this.replica = replica;
    this.me = node.number();
    this.boot = node.boot();
    this.size = size;
    this.next = new long[size];
    this.match = new long[size];
    this.confirmedRound = new long[size];
    this.sentAt = new long[size];
    this.heardFromAt = new long[size];
  }

  /** Begins with the state of a checkpoint, or with nothing. */
  void start(long appliedIndex) {
    applied = appliedIndex;
    commit = appliedIndex;
    heard();
    watch();
  }

  long applied() {
    return applied;
  }

  @Override
  public long committed() {
    return commit;
  }

  @Override
  public boolean leads() {
    return role == Role.LEADER;
  }

  boolean isReady() {
    return leads() && ready;
  }

  int leader() {
    return leader;
  }

  // ---- elections

  private void heard() {
    heardAt = world.micros();
    electionAfter = world.between(ELECTION_MIN, ELECTION_MAX);
  }

  private void later(long micros, Runnable action) {
    world.after(micros, () -> node.run(boot, action));
  }

  private void watch() {
    later(
        40_000,
        () -> {
          if (role != Role.LEADER && world.micros() - heardAt > electionAfter) {
            campaign(true);
          }
          watch();
        });
  }

  private void campaign(boolean before) {
    heard();
    if (!before) {
      disk.vote(disk.term() + 1, me);
    }
    become(before ? Role.FOLLOWER : Role.CANDIDATE, -1);
    preVoting = before;
    votes.clear();
    votes.add(me);
    long term = before ? disk.term() + 1 : disk.term();
    others(peer -> send(peer, new Vote(term, disk.lastIndex(), disk.lastTerm(), before)));
    countVotes();
  }

  private void countVotes() {
    if (2 * votes.size() <= size) {
      return;
    }
    if (preVoting) {
      campaign(false);
    } else if (role == Role.CANDIDATE) {
      lead();
    }
  }

  private void onVote(int from, Vote vote) {
    boolean upToDate =
        vote.lastTerm() > disk.lastTerm()
            || (vote.lastTerm() == disk.lastTerm() && vote.lastIndex() >= disk.lastIndex());
    if (vote.before()) {
      boolean silent = role != Role.LEADER && world.micros() - heardAt > ELECTION_MIN;
      send(from, new Voted(vote.term(), upToDate && silent && vote.term() > disk.term(), true));
      return;
    }
    raiseTerm(vote.term());
    boolean free = disk.votedFor() == -1 || disk.votedFor() == from;
    boolean granted = vote.term() == disk.term() && upToDate && free && role == Role.FOLLOWER;
    if (granted) {
      disk.vote(disk.term(), from);
      heard();
    }
    send(from, new Voted(disk.term(), granted, false));
  }

  private void onVoted(int from, Voted voted) {
    if (!voted.before()) {
      raiseTerm(voted.term());
    }
    boolean current = voted.before() ? preVoting : role == Role.CANDIDATE;
    long term = voted.before() ? disk.term() + 1 : disk.term();
    if (voted.granted() && current && voted.term() == term && !votes.contains(from)) {
      votes.add(from);
      countVotes();
    }
  }

  private void raiseTerm(long term) {
    if (term > disk.term()) {
      disk.vote(term, -1);
      become(Role.FOLLOWER, -1);
    }
  }

  private void become(Role newRole, int newLeader) {
    boolean led = role == Role.LEADER;
    role = newRole;
    preVoting = false;
    if (led && newRole != Role.LEADER) {
      ready = false;
      appends.values().forEach(end -> end.completeExceptionally(lost()));
      appends.clear();
      reads.forEach(read -> read.answer.completeExceptionally(lost()));
      reads.clear();
      replica.notLeading();
    }
    if (leader != newLeader) {
      leader = newLeader;
      replica.leaderChanged();
    }
  }

  private static IllegalStateException lost() {
    return new IllegalStateException("the leadership was lost");
  }

  private void lead() {
    node.elected(disk.term());
    become(Role.LEADER, me);
    for (int peer = 0; peer < size; peer++) {
      next[peer] = disk.lastIndex() + 1;
      match[peer] = 0;
      confirmedRound[peer] = 0;
      sentAt[peer] = -HEARTBEAT_MICROS;
      heardFromAt[peer] = world.micros();
    }
    firstOfTerm = disk.lastIndex() + 1;
    write(new LogEntry(disk.term(), null));
    beat(disk.term());
  }

  private void beat(long term) {
    if (role != Role.LEADER || disk.term() != term) {
      return;
    }
    others(this::replicate);
    stepDownWhenAlone();
    later(HEARTBEAT_MICROS, () -> beat(term));
  }

  private long aloneSince = -1;

  /** A leader that hears no majority leaves its place, as Ratis's does. */
  private void stepDownWhenAlone() {
    int heardFrom = 1;
    for (int peer = 0; peer < size; peer++) {
      if (peer != me && world.micros() - heardFromAt[peer] < 1_000_000) {
        heardFrom++;
      }
    }
    if (2 * heardFrom > size) {
      aloneSince = -1;
    } else if (aloneSince < 0) {
      aloneSince = world.micros();
    } else if (world.micros() - aloneSince > 2_000_000) {
      aloneSince = -1;
      become(Role.FOLLOWER, -1);
      heard();
    }
  }

  // ---- replication

  private void write(LogEntry entry) {
    disk.append(entry);
    disk.sync(() -> node.run(boot, this::advance), () -> node.run(boot, replica::diskFailed));
    others(this::replicate);
  }

  private void replicate(int peer) {
    if (role != Role.LEADER) {
      return;
    }
    sentAt[peer] = world.micros();
    round++;
    if (next[peer] <= disk.baseIndex()) {
      CheckpointFolder checkpoint = replica.checkpoint();
      if (checkpoint != null && checkpoint.index() >= disk.baseIndex()) {
        send(
            peer,
            new Install(
                disk.term(), checkpoint.index(), checkpoint.term(), checkpoint.folder(), round));
      }
      return;
    }
    node.require(next[peer] <= disk.lastIndex() + 1, "a member has more than its leader");
    long previous = next[peer] - 1;
    List<LogEntry> entries = disk.from(next[peer], BATCH);
    send(peer, new Append(disk.term(), previous, disk.termAt(previous), entries, commit, round));
    // Pipelined: what was sent is taken as arrived until somebody says otherwise.
    next[peer] += entries.size();
  }

  private void onAppend(int from, Append append) {
    if (!follows(from, append.term(), append.round())) {
      return;
    }
    long previous = append.previousIndex();
    if (previous < disk.baseIndex()) {
      // It is all in our checkpoint, as far as that goes.
      skipKnown(from, append);
      return;
    }
    if (previous > disk.lastIndex() || disk.termAt(previous) != append.previousTerm()) {
      long hint = Math.min(disk.lastIndex(), previous - 1);
      send(from, new Appended(disk.term(), false, Math.max(hint, commit), append.round()));
      return;
    }
    take(from, append, previous, append.entries());
  }

  private void skipKnown(int from, Append append) {
    int known = (int) Math.min(append.entries().size(), disk.baseIndex() - append.previousIndex());
    take(
        from,
        append,
        append.previousIndex() + known,
        append.previousIndex() + known < disk.baseIndex()
            ? List.of()
            : append.entries().subList(known, append.entries().size()));
  }

  private void take(int from, Append append, long previous, List<LogEntry> entries) {
    boolean changed = false;
    long index = previous;
    for (LogEntry entry : entries) {
      index++;
      if (index <= disk.lastIndex() && disk.termAt(index) != entry.term()) {
        node.require(index > commit, "a committed entry would be cut at " + index);
        disk.cut(index);
      }
      if (index > disk.lastIndex()) {
        disk.append(entry);
        changed = true;
      }
    }
    long upTo = index;
    long term = disk.term();
    Runnable answer =
        () -> {
          if (disk.term() == term) {
            long durable = Math.min(upTo, Math.max(disk.synced(), disk.baseIndex()));
            send(from, new Appended(term, true, durable, append.round()));
            commitTo(Math.min(append.commit(), durable));
          }
        };
    if (changed) {
      disk.sync(() -> node.run(boot, answer), () -> node.run(boot, replica::diskFailed));
    } else {
      answer.run();
    }
  }

  private boolean follows(int from, long term, long theirRound) {
    if (term < disk.term()) {
      send(from, new Appended(disk.term(), false, 0, theirRound));
      return false;
    }
    raiseTerm(term);
    node.require(role != Role.LEADER, "two leaders in term " + term);
    become(Role.FOLLOWER, from);
    heard();
    return true;
  }

  private void onAppended(int from, Appended appended) {
    raiseTerm(appended.term());
    if (role != Role.LEADER || appended.term() != disk.term()) {
      return;
    }
    confirmedRound[from] = Math.max(confirmedRound[from], appended.round());
    heardFromAt[from] = world.micros();
    confirmReads();
    if (appended.success()) {
      match[from] = Math.max(match[from], appended.match());
      next[from] = Math.max(next[from], match[from] + 1);
      advance();
    } else {
      next[from] = Math.max(match[from], appended.match()) + 1;
    }
    boolean more = next[from] <= disk.lastIndex();
    if (!appended.success() || (more && world.micros() - sentAt[from] > 1000)) {
      replicate(from);
    }
  }

  private void advance() {
    if (role != Role.LEADER) {
      return;
    }
    match[me] = Math.max(disk.synced(), disk.baseIndex());
    long[] sorted = match.clone();
    java.util.Arrays.sort(sorted);
    long majority = sorted[size - node.majority()];
    if (majority > commit && majority >= firstOfTerm) {
      commitTo(majority);
      others(this::replicate);
    }
  }

  private void commitTo(long index) {
    if (index > commit) {
      commit = Math.min(index, disk.lastIndex());
      applyNext();
    }
  }

  private void applyNext() {
    if (!applying && applied < commit) {
      applying = true;
      later(
          world.between(5, 80),
          () -> {
            applying = false;
            applyOne();
            applyNext();
          });
    }
  }

  private void applyOne() {
    long index = applied + 1;
    if (index <= disk.baseIndex() || index > commit) {
      return;
    }
    LogEntry entry = disk.at(index);
    applied = index;
    replica.apply(index, entry);
    CompletableFuture<Void> end = appends.remove(index);
    if (end != null) {
      end.complete(null);
    }
    if (role == Role.LEADER && !ready && applied >= firstOfTerm) {
      ready = true;
      replica.leading();
    }
    confirmReads();
  }

  private void onInstall(int from, Install install) {
    if (!follows(from, install.term(), install.round())) {
      return;
    }
    if (install.index() > applied) {
      replica.install(install.index(), install.indexTerm(), install.folder());
      disk.replace(install.index(), install.indexTerm());
      applied = install.index();
      commit = Math.max(commit, applied);
    }
    send(
        from,
        new Appended(disk.term(), true, Math.min(applied, disk.lastIndex()), install.round()));
  }

  // ---- what nodes ask for

  @Override
  public boolean hasLeader() {
    return leader >= 0;
  }

  @Override
  public CompletableFuture<Void> append(ByteString entry) {
    if (leader < 0) {
      return CompletableFuture.failedFuture(new NotSentException("no leader is known"));
    }
    if (leader == me) {
      return appendHere(entry);
    }
    var end = new CompletableFuture<Void>();
    if (network.loses(me, leader) && world.chance(0.5)) {
      // Nothing has left this node: the connection was refused.
      later(
          world.between(200, 5_000),
          () -> end.completeExceptionally(new NotSentException("connection refused")));
      return end;
    }
    long id = ++calls;
    forwards.put(id, end);
    send(leader, new Forward(id, entry));
    later(world.between(500_000, 1_500_000), () -> giveUp(id));
    return end;
  }

  private void giveUp(long id) {
    CompletableFuture<Void> end = forwards.remove(id);
    if (end != null) {
      end.completeExceptionally(new IllegalStateException("the connection to the leader was lost"));
    }
  }

  private CompletableFuture<Void> appendHere(ByteString entry) {
    if (!isReady()) {
      return CompletableFuture.failedFuture(new NotSentException("the leader is not ready"));
    }
    OptionalLong now = node.core().stamp();
    if (now.isEmpty()) {
      return CompletableFuture.failedFuture(
          new NotSentException("it is not known what time it is"));
    }
    var end = new CompletableFuture<Void>();
    ByteString stamped = EntryCodec.stamp(entry, now.getAsLong());
    appends.put(disk.lastIndex() + 1, end);
    write(new LogEntry(disk.term(), stamped));
    return end;
  }

  private void onForward(int from, Forward forward) {
    if (role != Role.LEADER) {
      // As Ratis answers when it does not lead: the sender cannot know whether it did a moment ago.
      send(from, new Forwarded(forward.id(), End.UNKNOWN));
      return;
    }
    var _ =
        appendHere(forward.entry())
            .whenComplete(
                (_, failure) ->
                    send(
                        from,
                        new Forwarded(
                            forward.id(),
                            failure == null
                                ? End.APPLIED
                                : failure instanceof NotSentException
                                    ? End.NOT_SENT
                                    : End.UNKNOWN)));
  }

  private void onForwarded(Forwarded forwarded) {
    CompletableFuture<Void> end = forwards.remove(forwarded.id());
    if (end != null) {
      switch (forwarded.end()) {
        case APPLIED -> end.complete(null);
        case NOT_SENT -> end.completeExceptionally(new NotSentException("not ready"));
        case UNKNOWN -> end.completeExceptionally(lost());
      }
    }
  }

  @Override
  public CompletableFuture<Long> readIndex() {
    if (leader < 0) {
      return CompletableFuture.failedFuture(new NotSentException("no leader is known"));
    }
    if (leader == me) {
      return readIndexHere();
    }
    var answer = new CompletableFuture<Long>();
    long id = ++calls;
    asked.put(id, answer);
    send(leader, new AskIndex(id));
    later(1_500_000, () -> asked.remove(id));
    return answer;
  }

  private CompletableFuture<Long> readIndexHere() {
    if (!isReady()) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("not the leader, or not ready"));
    }
    var answer = new CompletableFuture<Long>();
    reads.add(new PendingRead(commit, round + 1, answer));
    others(this::replicate);
    return answer;
  }

  private void confirmReads() {
    if (role != Role.LEADER) {
      return;
    }
    for (PendingRead read : List.copyOf(reads)) {
      int confirmed = 1;
      for (int peer = 0; peer < size; peer++) {
        confirmed += peer != me && confirmedRound[peer] >= read.round ? 1 : 0;
      }
      if (2 * confirmed > size) {
        reads.remove(read);
        read.answer.complete(read.committed);
      }
    }
  }

  private void onAskIndex(int from, AskIndex ask) {
    var _ =
        readIndexHere()
            .whenComplete(
                (index, failure) -> send(from, new Index(ask.id(), failure == null ? index : -1)));
  }

  private void onIndex(Index index) {
    CompletableFuture<Long> answer = asked.remove(index.id());
    if (answer != null && index.index() >= 0) {
      answer.complete(index.index());
    } else if (answer != null) {
      answer.completeExceptionally(new IllegalStateException("no proof of leadership"));
    }
  }

  /** Lets another member lead soon, if it has the whole log. */
  void leaveLeadership() {
    if (role == Role.LEADER) {
      become(Role.FOLLOWER, -1);
      heardAt = world.micros() + 200_000;
    }
  }

  void receive(int from, Message message) {
    switch (message) {
      case Vote vote -> onVote(from, vote);
      case Voted voted -> onVoted(from, voted);
      case Append append -> onAppend(from, append);
      case Appended appended -> onAppended(from, appended);
      case Install install -> onInstall(from, install);
      case Forward forward -> onForward(from, forward);
      case Forwarded forwarded -> onForwarded(forwarded);
      case AskIndex ask -> onAskIndex(from, ask);
      case Greeting greeting -> node.core().heard(greeting.hello());
      case Index index -> onIndex(index);
    }
  }

  private void send(int to, Message message) {
    network.send(me, to, message);
  }

  private void others(java.util.function.IntConsumer action) {
    for (int peer = 0; peer < size; peer++) {
      if (peer != me) {
        action.accept(peer);
      }
    }
  }
}
