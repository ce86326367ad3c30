package dev.flashq.statemachine.queue;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.rate.RateWindow;
import dev.flashq.statemachine.state.proto.StateProto.QueueRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.FrontBudget;
import dev.flashq.statemachine.store.Index;
import dev.flashq.statemachine.store.LookupMap;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All queues; there are at most {@link Limits#QUEUES}, so their rows stay in memory. */
public final class QueueStore {
  private final Tables tables;
  private final Meta meta;
  private final Timers timers;
  private final FrontBudget budget;
  private final Map<QueueName, Queue> byName = new LinkedHashMap<>();
  private final Map<Integer, Queue> byId = new LinkedHashMap<>();
  private final Set<Queue> changed = new LinkedHashSet<>();
  private final Map<String, Integer> made = new LinkedHashMap<>();
  private final List<QueueName> forgotten = new ArrayList<>(0);
  // Never changed, nor used again for another queue. For any thread.
  private final LookupMap<Integer, QueueName> names = LookupMap.shared();
  // What other threads may know of a queue: replaced after each entry that touches it.
  private final LookupMap<QueueName, Gate> gates = LookupMap.shared();

  public QueueStore(Tables tables, Meta meta, Timers timers, FrontBudget budget) {
    this.tables = tables;
    this.meta = meta;
    this.timers = timers;
    this.budget = budget;
    load();
  }

  private void load() {
    tables.scan(
        Column.QUEUES,
        new byte[0],
        new byte[0],
        (key, value) -> {
          QueueRecord record = parse(value);
          Queue queue =
              add(new QueueName(new String(key, StandardCharsets.UTF_8)), record.getId(), false);
          queue.read(record);
          countMade(queue.maker, 1);
          publish(queue);
          return true;
        });
  }

  public static QueueRecord parse(byte[] value) {
    try {
      return QueueRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a queue", e);
    }
  }

  private Queue add(QueueName name, int id, boolean fresh) {
    byte[] prefix = Bytes.of(id);
    Queue queue =
        new Queue(
            id,
            name,
            new Index(tables, Column.READY, prefix, budget, fresh),
            new Index(tables, Column.COMPLETED, prefix, budget, fresh),
            new Index(tables, Column.COMPLETED_AGED, prefix, budget, fresh));
    byName.put(name, queue);
    byId.put(id, queue);
    names.put(id, name);
    return queue;
  }

  public @Nullable Queue find(QueueName name) {
    return byName.get(name);
  }

  public Queue get(int id) {
    Queue queue = byId.get(id);
    if (queue == null) {
      throw new StorageException("no queue has number " + id);
    }
    return queue;
  }

  /** Why the command cannot make a queue; null when it can. */
  public @Nullable Refused refusal(Turn turn) {
    if (meta.queues() >= Limits.QUEUES) {
      return new Refused(LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.QUEUES + " queues");
    }
    long may = turn.grant().limits().queues();
    return made.getOrDefault(maker(turn), 0) < may
        ? null
        : new Refused(
            LIMIT_EXCEEDED,
            "Token " + turn.principal().name() + " may make at most " + may + " queues");
  }

  /** Of whom it is known who makes a queue. */
  private static String maker(Turn turn) {
    return turn.featureLevel() >= FeatureLevel.QUOTAS && turn.principal().credential() != 0
        ? turn.principal().name()
        : "";
  }

  /** Makes the queue, which {@link #refusal} allows. */
  public Queue add(QueueName name, Turn turn) {
    Queue added = add(name, meta.nextQueueId(), true);
    added.maker = maker(turn);
    countMade(added.maker, 1);
    changed.add(added);
    if (turn.featureLevel() >= FeatureLevel.DATA_RULES) {
      // Commands of the same entry that go through the queues find it.
      save(added);
    }
    return added;
  }

  private void countMade(String maker, int by) {
    if (!maker.isEmpty() && made.merge(maker, by, Integer::sum) == 0) {
      made.remove(maker);
    }
  }

  /** Counts a job into or out of a state. */
  public void count(Queue queue, JobState state, int by) {
    changed.add(queue);
    switch (state) {
      case WAITING -> queue.waiting += by;
      case DELAYED -> queue.delayed += by;
      case ACTIVE -> queue.active += by;
      case COMPLETED -> queue.completedJobs += by;
      case FAILED -> queue.dead += by;
      case WAITING_CHILDREN -> queue.blocked += by;
    }
  }

  /** Counts a job into or out of those that no busy group holds back. */
  public void countEligible(Queue queue, int by) {
    queue.eligible += by;
    changed.add(queue);
  }

  public void pause(Queue queue, boolean paused) {
    queue.paused = paused;
    changed.add(queue);
  }

  public void limitRate(Queue queue, @Nullable RateLimit limit, long now) {
    RateWindow old = queue.rate;
    if (limit == null) {
      queue.rate = null;
    } else {
      queue.rate = old == null ? RateWindow.empty(limit) : old.under(limit, now);
    }
    changed.add(queue);
  }

  public void limitConcurrency(Queue queue, @Nullable Integer limit) {
    queue.concurrency = limit;
    changed.add(queue);
  }

  /** Takes back the settings; a queue without jobs is no longer known. */
  public void forget(Queue queue) {
    queue.paused = false;
    queue.rate = null;
    queue.concurrency = null;
    changed.add(queue);
    if (queue.isEmpty()) {
      drop(queue);
    }
  }

  /** The queue remembers something until then, even if it holds nothing. */
  public void keepUntil(Queue queue, long until) {
    queue.keptUntil = Math.max(queue.keptUntil, until);
    changed.add(queue);
  }

  /** The timer fires that was set when the queue held nothing: perhaps it has been used since. */
  public void idleTimer(int id, long now) {
    Queue queue = get(id);
    queue.idleDue = 0;
    if (!queue.isIdle()) {
      save(queue);
    } else if (queue.keptUntil > now) {
      awaitIdle(queue);
      save(queue);
    } else {
      drop(queue);
    }
  }

  private void awaitIdle(Queue queue) {
    queue.idleDue = queue.keptUntil;
    timers.put(queue.idleDue, TimerKind.IDLE_QUEUE, queue.id);
  }

  private void save(Queue queue) {
    tables.put(Column.QUEUES, Bytes.of(queue.name.value()), queue.encode());
  }

  private void drop(Queue queue) {
    if (queue.retentionDue != 0) {
      timers.remove(queue.retentionDue, TimerKind.RETENTION, queue.id);
    }
    if (queue.idleDue != 0) {
      timers.remove(queue.idleDue, TimerKind.IDLE_QUEUE, queue.id);
    }
    countMade(queue.maker, -1);
    queue.dropOrders();
    byName.remove(queue.name);
    byId.remove(queue.id);
    names.remove(queue.id);
    changed.remove(queue);
    forgotten.add(queue.name);
    meta.queueForgotten();
    tables.delete(Column.QUEUES, Bytes.of(queue.name.value()));
  }

  /** The name of a queue that there is now, for any thread; null when there is none. */
  public @Nullable QueueName name(int id) {
    return names.get(id);
  }

  public void retentionDue(Queue queue, long due) {
    queue.retentionDue = due;
    changed.add(queue);
  }

  /** Puts the rows of the changed queues into the batch. */
  public void write(long now) {
    for (Queue queue : changed) {
      queue.keptUntil = Math.max(queue.keptUntil, now + Limits.QUEUE_IDLE_MS);
      if (queue.isIdle() && queue.idleDue == 0) {
        awaitIdle(queue);
      }
      save(queue);
    }
  }

  /** Tells other threads, and emits the changed queues in which a pull may now find jobs. */
  public void entryEnded(Turn turn) {
    forgotten.forEach(gates::remove);
    forgotten.clear();
    for (Queue queue : changed) {
      if (publish(queue).opens()) {
        turn.emit(new Fact.QueueReady(queue.name));
      }
    }
    changed.clear();
  }

  private Gate publish(Queue queue) {
    Gate gate = queue.gate();
    if (gate.opens()) {
      gates.put(queue.name, gate);
    } else {
      gates.remove(queue.name);
    }
    return gate;
  }

  /**
   * What a pull would find. For any thread.
   *
   * @param now the replicated clock, as far as the asking node knows it
   */
  public Deliverable deliverable(QueueName name, long now) {
    return gates.getOrDefault(name, Gate.SHUT).at(now);
  }

  /** Reads everything again from the database. */
  public void forget() {
    byName.values().forEach(Queue::dropOrders);
    byName.clear();
    byId.clear();
    names.clear();
    made.clear();
    changed.clear();
    forgotten.clear();
    load();
  }
}
