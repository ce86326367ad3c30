package dev.flashq.statemachine.job;

import static java.util.Objects.requireNonNull;

import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.keys.KeyRingStore;
import dev.flashq.statemachine.queue.Groups;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Index;
import dev.flashq.statemachine.store.KeyTable;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.Leases;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** Job headers with every index, timer, key and count that points at them. */
public final class JobStore {
  private static final int KEPT_HEADERS = 20_000;

  /** Weight of the headers in memory between two entries; while one is applied, twice as much. */
  private static final int KEPT_BYTES = 24 << 20;

  private static final byte[] NONE = new byte[0];

  private final Tables tables;
  private final Meta meta;
  private final QueueStore queues;
  private final Groups groups;
  private final Timers timers;
  private final Leases leases;
  private final Payloads payloads;
  private final KeyTable uniqueKeys;
  private final CustomIds customIds;
  private final CompletedIds completedIds;
  private final KeyRingStore keys;
  // Headers used lately, the oldest first.
  private final Map<Long, Kept> recent = new LinkedHashMap<>();
  private final List<Long> ended = new ArrayList<>();
  private int keptBytes;

  public JobStore(
      Tables tables,
      Meta meta,
      QueueStore queues,
      Groups groups,
      Timers timers,
      Leases leases,
      Payloads payloads,
      CompletedIds completedIds,
      KeyRingStore keys) {
    this.tables = tables;
    this.keys = keys;
    this.meta = meta;
    this.queues = queues;
    this.groups = groups;
    this.timers = timers;
    this.leases = leases;
    this.payloads = payloads;
    this.uniqueKeys = new KeyTable(tables, Column.UNIQUE_KEYS);
    this.customIds = new CustomIds(tables);
    this.completedIds = completedIds;
  }

  public @Nullable Job find(long id) {
    Kept kept = recent.get(id);
    if (kept != null) {
      return kept.job;
    }
    byte[] stored = tables.get(Column.JOBS, Bytes.of(id));
    if (stored == null) {
      return null;
    }
    Job read = JobCodec.decode(id, stored);
    keep(read);
    return read;
  }

  QueueName queueName(Job job) {
    return queues.get(job.queue()).name();
  }

  /** The job that holds a unique key of the queue; 0 when it is free. */
  public long uniqueKeyHolder(Queue queue, String key) {
    return uniqueKeys.number(Bytes.of(queue.id(), key));
  }

  /** The queue's job that has the custom id; null when there is none. */
  @Nullable Job byCustomId(Queue queue, String customId) {
    long holder = customIds.holder(queue, customId);
    return holder == 0 ? null : find(holder);
  }

  /** Whether the job had completed; known of those that are gone. */
  boolean isKnownCompleted(long id) {
    return completedIds.contains(id);
  }

  /** Adds a job with its keys and its expiry. */
  public void add(Job job, Payload data) {
    payloads.addData(job.id(), data);
    customIds.hold(job);
    holdUniqueKey(job);
    if (job.options().subject() != null) {
      keys.jobAdded(job.options().subjectKey());
    }
    if (job.options().ttlMs() > 0) {
      timers.put(expiry(job), TimerKind.EXPIRY, job.id());
    }
    index(job);
    tables.insert(Column.JOBS, Bytes.of(job.id()), JobCodec.encode(job));
    keep(job);
  }

  /** The only way a job changes its status. */
  public void move(Job job, JobStatus next) {
    Job moved = job.in(next);
    boolean wasOpen = isOpen(job.status().state());
    boolean open = isOpen(next.state());
    unindex(job, next);
    if (wasOpen && !open) {
      releaseUniqueKey(job);
      if (job.options().ttlMs() > 0) {
        timers.remove(expiry(job), TimerKind.EXPIRY, job.id());
      }
    } else if (!wasOpen && open) {
      holdUniqueKey(moved);
    }
    index(moved);
    save(moved);
  }

  /** Changes what the indexes do not show. */
  public void update(Job job) {
    save(job);
  }

  /** Changes the priority of a job in its place. */
  public void reprioritize(Job job, Job changed, boolean keepsTurn) {
    String group = job.options().groupId();
    long turn = keepsTurn && group != null ? groups.turn(queues.get(job.queue()), group) : 0;
    unindex(job, null);
    index(changed, turn);
    save(changed);
  }

  /** Removes everything about a job. */
  public void remove(Job job) {
    boolean result = false;
    if (job.status() instanceof JobStatus.Completed completed) {
      result = completed.resultBytes() > 0;
      completedIds.add(job.id());
    }
    unindex(job, null);
    if (isOpen(job.status().state())) {
      releaseUniqueKey(job);
      if (job.options().ttlMs() > 0) {
        timers.remove(expiry(job), TimerKind.EXPIRY, job.id());
      }
    }
    customIds.release(job);
    if (job.options().subject() != null) {
      keys.jobRemoved(job.options().subjectKey());
    }
    payloads.remove(job.id(), result);
    tables.delete(Column.JOBS, Bytes.of(job.id()));
    letGo(job.id());
  }

  /** Removes a job that has completed just now and is not to be kept. */
  void removeAtCompletion(Job job) {
    completedIds.add(job.id());
    remove(job);
  }

  /**
   * Dead jobs of a queue, the one that died first in front: those that died at a time or earlier,
   * and a number in any case.
   */
  SequencedSet<Long> firstDead(Queue queue, int limit, long at, long number) {
    var ids = new LinkedHashSet<Long>();
    byte[] prefix = Bytes.of(queue.id());
    tables.scan(
        Column.DEAD,
        prefix,
        prefix,
        (key, value) -> {
          Slot slot = Slot.of(key, value, prefix.length);
          return ids.size() < limit
              && (slot.major() <= at || ids.size() < number)
              && ids.add(slot.minor());
        });
    return ids;
  }

  private static Index completedOrder(Queue queue, Job job) {
    return CompletedSlot.isAged(job) ? queue.completedAged() : queue.completed();
  }

  /** Removes a completed job without an age of its own by its place in the order of expiry. */
  void removeCompleted(Queue queue, Slot slot) {
    long id = CompletedSlot.job(slot.value());
    if (CompletedSlot.needsHeader(slot)) {
      Job job = find(id);
      if (job != null) {
        remove(job);
      }
      return;
    }
    completedIds.add(id);
    queues.count(queue, JobState.COMPLETED, -1);
    queue.completed().remove(slot);
    payloads.remove(id, CompletedSlot.hasResult(slot));
    tables.delete(Column.JOBS, Bytes.of(id));
    letGo(id);
  }

  public void replaceData(Job job, Payload data) {
    payloads.replaceData(job.id(), data);
    save(job.withDataBytes(data.bytes().size()));
  }

  /** Of a completed job that has one. */
  void replaceResult(Job job, Payload result) {
    if (job.status() instanceof JobStatus.Completed completed && completed.resultBytes() > 0) {
      payloads.replaceResult(job.id(), result);
      save(job.in(completed.withResultBytes(result.bytes().size())));
    }
  }

  public void putResult(Job job, Payload result) {
    payloads.addResult(job.id(), result);
  }

  private void save(Job job) {
    tables.put(Column.JOBS, Bytes.of(job.id()), JobCodec.encode(job));
    keep(job);
    if (!isOpen(job.status().state())) {
      // Hardly anybody needs it again soon: it leaves memory when the entry ends.
      ended.add(job.id());
    }
  }

  private void keep(Job job) {
    int weight = job.weight();
    Kept old = recent.put(job.id(), new Kept(job, weight));
    keptBytes += weight - (old == null ? 0 : old.weight);
    if (keptBytes > 2 * KEPT_BYTES) {
      // An entry that touches a great many large headers: they are read again when needed.
      recent.clear();
      keptBytes = 0;
    }
  }

  private void letGo(long id) {
    Kept old = recent.remove(id);
    if (old != null) {
      keptBytes -= old.weight;
    }
  }

  private static boolean isOpen(JobState state) {
    return state != JobState.COMPLETED && state != JobState.FAILED;
  }

  private static long expiry(Job job) {
    return job.createdAt() + job.options().ttlMs();
  }

  private void holdUniqueKey(Job job) {
    String key = job.options().uniqueKey();
    if (key != null) {
      uniqueKeys.insert(Bytes.of(job.queue(), key), job.id());
    }
  }

  private void releaseUniqueKey(Job job) {
    String key = job.options().uniqueKey();
    if (key != null) {
      uniqueKeys.delete(Bytes.of(job.queue(), key));
    }
  }

  private void index(Job job) {
    index(job, 0);
  }

  /**
   * @param turn of its group if it is the only one of it; 0: by its own place
   */
  private void index(Job job, long turn) {
    Queue queue = queues.get(job.queue());
    queues.count(queue, job.status().state(), 1);
    switch (job.status()) {
      case JobStatus.Ready ready -> enterReady(queue, job, ready, turn);
      case JobStatus.Delayed delayed -> {
        tables.insert(Column.DELAYED, slot(delayed.runAt(), job).keyUnder(queue.id()), NONE);
        timers.put(delayed.runAt(), TimerKind.DELAY, job.id());
      }
      case JobStatus.Active active -> {
        leases.put(queue.id(), job.id(), active.leaseUntil());
        meta.changeActive(1);
      }
      case JobStatus.Completed completed -> {
        completedOrder(queue, job).put(CompletedSlot.of(job, completed));
        if (CompletedSlot.isAged(job)) {
          timers.put(completed.expiresAt(), TimerKind.EXPIRY, job.id());
        }
      }
      case JobStatus.Dead dead ->
          tables.insert(Column.DEAD, slot(dead.at(), job).keyUnder(queue.id()), NONE);
      case JobStatus.Blocked _ ->
          tables.insert(Column.BLOCKED, slot(0, job).keyUnder(queue.id()), NONE);
    }
  }

  /**
   * @param next the job's next status; null when it is removed, or comes back at once
   */
  private void unindex(Job job, @Nullable JobStatus next) {
    Queue queue = queues.get(job.queue());
    queues.count(queue, job.status().state(), -1);
    switch (job.status()) {
      case JobStatus.Ready ready -> leaveReady(queue, job, ready, next instanceof JobStatus.Active);
      case JobStatus.Delayed delayed -> {
        tables.delete(Column.DELAYED, slot(delayed.runAt(), job).keyUnder(queue.id()));
        timers.remove(delayed.runAt(), TimerKind.DELAY, job.id());
        if (delayed.head()) {
          groups.letGo(queue, requireNonNull(job.options().groupId()));
        }
      }
      case JobStatus.Active active -> {
        leases.remove(queue.id(), job.id(), active.leaseUntil());
        meta.changeActive(-1);
        String group = job.options().groupId();
        if (group != null && !(next instanceof JobStatus.Active)) {
          leaveActive(queue, group, job, active, next);
        }
      }
      case JobStatus.Completed completed -> {
        completedOrder(queue, job).remove(CompletedSlot.of(job, completed));
        if (CompletedSlot.isAged(job)) {
          timers.remove(completed.expiresAt(), TimerKind.EXPIRY, job.id());
        }
      }
      case JobStatus.Dead dead ->
          tables.delete(Column.DEAD, slot(dead.at(), job).keyUnder(queue.id()));
      case JobStatus.Blocked _ -> tables.delete(Column.BLOCKED, slot(0, job).keyUnder(queue.id()));
    }
  }

  private void leaveActive(
      Queue queue, String group, Job job, JobStatus.Active active, @Nullable JobStatus next) {
    if (next instanceof JobStatus.Delayed delayed && delayed.head()) {
      groups.hold(queue, group, job.id());
    } else {
      boolean undone = next instanceof JobStatus.Ready ready && ready.number() == active.number();
      groups.release(queue, group, undone);
    }
  }

  private void enterReady(Queue queue, Job job, JobStatus.Ready ready, long turn) {
    Slot slot = readySlot(job, ready);
    String group = job.options().groupId();
    if (group == null) {
      queue.ready().put(slot);
      queues.countEligible(queue, 1);
    } else {
      groups.enter(queue, group, slot, turn);
    }
  }

  private void leaveReady(Queue queue, Job job, JobStatus.Ready ready, boolean toActive) {
    Slot slot = readySlot(job, ready);
    String group = job.options().groupId();
    if (group == null) {
      queue.ready().remove(slot);
      queues.countEligible(queue, -1);
    } else {
      groups.leave(queue, group, slot, toActive);
    }
  }

  private static Slot readySlot(Job job, JobStatus.Ready ready) {
    return new Slot(-(long) job.options().priority(), ready.number(), job.id());
  }

  private static Slot slot(long major, Job job) {
    return new Slot(major, job.id(), job.id());
  }

  /** The entry has ended. */
  public void entryEnded() {
    ended.forEach(this::letGo);
    ended.clear();
    var oldest = recent.entrySet().iterator();
    while (recent.size() > KEPT_HEADERS || keptBytes > KEPT_BYTES) {
      keptBytes -= oldest.next().getValue().weight;
      oldest.remove();
    }
  }

  public void forget() {
    recent.clear();
    keptBytes = 0;
    ended.clear();
    groups.forget();
  }

  /** A header in memory, and about how many bytes it takes there. */
  private record Kept(Job job, int weight) {}
}
