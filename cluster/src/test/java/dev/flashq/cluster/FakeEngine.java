package dev.flashq.cluster;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.AckJobs;
import dev.flashq.statemachine.Command.CancelJob;
import dev.flashq.statemachine.Command.FailJob;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Command.Tick;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reseal;
import dev.flashq.statemachine.SealedTexts;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.Throughput;
import dev.flashq.statemachine.log.Entry;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.Submission;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue in memory: enough of the engine's contract to see what the cluster does with it. A
 * checkpoint is its log.
 */
final class FakeEngine implements QueueEngine {
  /** Nobody asks where a job ended. */
  private static final QueueName QUEUE = new QueueName("fake");

  private record Logged(long term, long index, @Nullable ByteString entry) {}

  private final String node;
  private final long boot;
  private final List<Logged> log = new ArrayList<>();
  private final Map<String, Long> boots = new HashMap<>();
  private final Set<String> sequences = new HashSet<>();
  private final Map<QueueName, Deque<JobId>> ready = new HashMap<>();
  private final TreeMap<Long, List<JobId>> delayed = new TreeMap<>();
  private final Map<JobId, JobView> jobs = new HashMap<>();
  private final Map<String, Integer> pushes = new HashMap<>();
  private final List<String> kinds = new ArrayList<>();
  private Consumer<Fact> listener = _ -> {};
  private Applied applied = new Applied(0, -1);
  private long lastJob;
  private long lastTime;
  private long digest;
  private int level;
  private final Map<Long, Long> digests = new HashMap<>();
  private boolean broken;
  private boolean closed;

  private FakeEngine(String node, long boot) {
    this.node = node;
    this.boot = boot;
  }

  static FakeEngine open(Path live, String node, long boot) throws IOException {
    var engine = new FakeEngine(node, boot);
    Path file = live.resolve("data").resolve("log");
    if (Files.exists(file)) {
      try (var in = new DataInputStream(Files.newInputStream(file))) {
        engine.replay(in);
      }
    }
    return engine;
  }

  private void replay(DataInputStream in) throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      long term = in.readLong();
      long index = in.readLong();
      int size = in.readInt();
      if (size < 0) {
        skip(term, index);
      } else {
        apply(term, index, ByteString.copyFrom(in.readNBytes(size)));
      }
    }
  }

  @Override
  public synchronized Outcome apply(long term, long index, ByteString bytes) {
    if (broken) {
      throw new StorageException("the disk of the fake engine is broken");
    }
    if (index <= applied.index()) {
      throw new IllegalStateException("entry " + index + " was given twice");
    }
    Entry entry = EntryCodec.decode(bytes);
    applied = new Applied(term, index);
    log.add(new Logged(term, index, bytes));
    digest = digest * 31 + bytes.hashCode();
    digests.put(index, digest);
    lastTime = Math.max(lastTime, entry.proposedAtMs());
    var header = entry.header();
    boots.merge(header.node(), header.boot(), Math::max);
    boolean fresh = sequences.add(header.node() + "/" + header.boot() + "/" + header.sequence());
    List<Reply> replies = new ArrayList<>();
    if (fresh) {
      for (Submission submission : entry.submissions()) {
        replies.add(apply(submission.command()));
      }
    }
    boolean own = header.node().equals(node) && header.boot() == boot;
    return new Outcome(
        header.node(), header.boot(), header.sequence(), 1, fresh, own ? replies : List.of());
  }

  @Override
  public synchronized long lastBoot(String node) {
    return boots.getOrDefault(node, 0L);
  }

  private Reply apply(Command command) {
    if (!(command instanceof Command.ExtendLeases)
        && !(command instanceof Command.RaiseFeatureLevel)) {
      kinds.add(command.getClass().getSimpleName());
    }
    return switch (command) {
      case PushJobs push ->
          new Reply.Pushed(push.jobs().stream().map(job -> accept(push.queue(), job)).toList());
      case PullJobs pull -> deliver(pull);
      case AckJobs acks -> {
        acks.acks().forEach(ack -> end(ack.claim().job(), JobState.COMPLETED));
        yield new Reply.Acked(acks.acks().size(), List.of());
      }
      case FailJob fail -> {
        end(fail.claim().job(), JobState.FAILED);
        yield Reply.Done.DONE;
      }
      case CancelJob cancel -> {
        jobs.remove(cancel.job());
        tell(cancel.job(), JobEnd.Without.REMOVED);
        yield Reply.Done.DONE;
      }
      case ReleaseJobs release -> {
        release.claims().stream().map(Claim::job).forEach(this::makeReady);
        yield Reply.Done.DONE;
      }
      case Tick _ -> {
        while (!delayed.isEmpty() && delayed.firstKey() <= lastTime) {
          delayed.pollFirstEntry().getValue().forEach(this::makeReady);
        }
        yield Reply.Done.DONE;
      }
      case Command.RaiseFeatureLevel raise -> {
        level = raise.level();
        yield Reply.Done.DONE;
      }
      default -> Reply.Done.DONE;
    };
  }

  private Reply.PushOutcome accept(QueueName queue, NewJob job) {
    var id = new JobId(++lastJob);
    pushes.merge(text(job.data().bytes()), 1, Integer::sum);
    jobs.put(id, view(id, queue, job, JobState.WAITING));
    if (job.options().delayMs() > 0) {
      delayed.computeIfAbsent(lastTime + job.options().delayMs(), _ -> new ArrayList<>()).add(id);
    } else {
      makeReady(id);
    }
    return new Reply.PushOutcome.Accepted(id, false);
  }

  private static String text(ByteString bytes) {
    return bytes.size() > 200 ? bytes.size() + " bytes" : bytes.toStringUtf8();
  }

  private void makeReady(JobId id) {
    JobView job = jobs.get(id);
    if (job != null) {
      ready.computeIfAbsent(job.queue(), _ -> new ArrayDeque<>()).add(id);
      listener.accept(new Fact.QueueReady(job.queue()));
    }
  }

  private Reply deliver(PullJobs pull) {
    List<JobView> taken = new ArrayList<>();
    Deque<JobId> line = ready.getOrDefault(pull.queue(), new ArrayDeque<>());
    while (taken.size() < pull.count() && !line.isEmpty()) {
      JobView job = jobs.get(line.remove());
      if (job != null) {
        taken.add(job);
      }
    }
    return new Reply.Delivered(taken);
  }

  private void end(JobId id, JobState state) {
    JobView job = jobs.get(id);
    if (job != null) {
      if (job.options().removeOnComplete() && state == JobState.COMPLETED) {
        jobs.remove(id);
      } else {
        jobs.put(
            id,
            view(
                id,
                job.queue(),
                new NewJob(Objects.requireNonNull(job.data()), job.options()),
                state));
      }
      tell(id, state == JobState.COMPLETED ? new JobEnd.Completed(null) : JobEnd.Without.FAILED);
    }
  }

  private void tell(JobId id, JobEnd end) {
    listener.accept(new Fact.JobEnded(id, QUEUE, end));
  }

  private static JobView view(JobId id, QueueName queue, NewJob job, JobState state) {
    return new JobView(
        id,
        queue,
        state,
        job.options(),
        job.data(),
        null,
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        1,
        Omitted.NONE,
        SealedTexts.NONE,
        false);
  }

  @Override
  public synchronized void skip(long term, long index) {
    applied = new Applied(term, index);
    log.add(new Logged(term, index, null));
  }

  @Override
  public synchronized Applied lastApplied() {
    return applied;
  }

  @Override
  public synchronized Applied checkpoint(Path folder) throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    try (var out = new DataOutputStream(Files.newOutputStream(data.resolve("log")))) {
      out.writeInt(log.size());
      for (Logged entry : log) {
        out.writeLong(entry.term());
        out.writeLong(entry.index());
        ByteString bytes = entry.entry();
        out.writeInt(bytes == null ? -1 : bytes.size());
        if (bytes != null) {
          bytes.writeTo(out);
        }
      }
    }
    Files.writeString(folder.resolve("EMPTY"), "");
    try (FileChannel channel = FileChannel.open(data.resolve("log"), StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return applied;
  }

  @Override
  public DataRules dataRules() {
    return DataRules.NONE;
  }

  @Override
  public KeyRing keyRing() {
    return KeyRing.NONE;
  }

  @Override
  public AuditPolicy auditPolicy() {
    return AuditPolicy.OF_OPEN_CLUSTER;
  }

  @Override
  public AuditStanding audit() {
    return AuditStanding.NOTHING;
  }

  @Override
  public Access access() {
    return new OpenAccess();
  }

  @Override
  public synchronized <R> R ask(Principal principal, Query<R> query) {
    if (closed) {
      throw new IllegalStateException("asked after it was closed");
    }
    Object answer =
        switch (query) {
          case Query.GetJob get -> new Query.Found(jobs.get(get.id()));
          case Query.GetStats _ ->
              new Query.Stats(
                  waitingJobs(), delayed.size(), 0, 0, 0, 0, lastJob, 0, 0, 0, Throughput.NONE);
          case Query.IsAnswered _ -> false;
          case Query.NextErasure _ -> Query.ErasurePage.NONE;
          case Query.NextReseal _ -> Reseal.Page.NONE;
          case Query.QueuesOf _ -> new Query.JobPlaces(Map.of());
          case Query.ListSchemas _ -> new Query.Schemas(List.of(), false);
          case Query.ListDataPolicies _ -> new Query.DataPolicies(List.of(), false);
          default -> throw new UnsupportedOperationException(query.toString());
        };
    return cast(answer);
  }

  @SuppressWarnings("unchecked")
  private static <R> R cast(Object answer) {
    return (R) answer;
  }

  private long waitingJobs() {
    return ready.values().stream().mapToLong(Deque::size).sum();
  }

  @Override
  public synchronized Deliverable deliverable(QueueName queue, long now) {
    return new Deliverable(ready.getOrDefault(queue, new ArrayDeque<>()).size(), 0);
  }

  @Override
  public synchronized long nextTimerDue() {
    return delayed.isEmpty() ? Long.MAX_VALUE : delayed.firstKey();
  }

  @Override
  public synchronized Digest digest() {
    return new Digest(applied.index(), digest);
  }

  @Override
  public synchronized @Nullable Long digestAt(long index) {
    return digests.get(index);
  }

  @Override
  public synchronized long clock() {
    return lastTime;
  }

  @Override
  public synchronized int featureLevel() {
    return level;
  }

  @Override
  public void listen(Consumer<Fact> to) {
    listener = to;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  /** From now on the state is another one than that of the other members. */
  synchronized void falsify() {
    digest ^= 1;
  }

  /** From now on nothing can be applied. */
  synchronized void breakDisk() {
    broken = true;
  }

  /** How often each payload has been accepted. */
  synchronized Map<String, Integer> pushes() {
    return Map.copyOf(pushes);
  }

  /** Names of all commands that were applied, but for those that follow a change of the leader. */
  synchronized List<String> kinds() {
    return List.copyOf(kinds);
  }
}
