package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the clients of a simulation have done and seen. Times are true milliseconds. */
final class History {
  private final Map<String, Pushed> pushes = new LinkedHashMap<>();
  private final Map<Long, Pushed> byId = new LinkedHashMap<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final List<Answered> answered = new ArrayList<>();
  private final List<AskedQuestion> questions = new ArrayList<>();
  private final List<Map.Entry<Long, QueueName>> ofGuests = new ArrayList<>();
  private int unknown;
  private int refused;

  /** A job that a client pushed, by its data, which no other job has. */
  static final class Pushed {
    final String data;
    final QueueName queue;
    final JobOptions options;

    /** Whether its request had an id, so that repeating it must have no second effect. */
    final boolean named;

    final long invokedAt;
    int sends;
    int saidUnavailable;
    boolean refused;
    final Set<Long> ids = new TreeSet<>();
    long acceptedAt = -1;
    final List<Delivered> deliveries = new ArrayList<>();

    /** Somebody has asked for something that may remove it. */
    boolean mayBeGone;

    /** An acknowledgement was confirmed, under this lease; 0: none. */
    long ackedUnder;

    long ackedAt = -1;

    /** What a reader has seen of it at the least. */
    long seenLease;

    Pushed(String data, QueueName queue, JobOptions options, boolean named, long invokedAt) {
      this.data = data;
      this.queue = queue;
      this.options = options;
      this.named = named;
      this.invokedAt = invokedAt;
    }

    /** Whether every answer there was said that it has no effect. */
    boolean isSaidToHaveNoEffect() {
      return sends > 0 && ids.isEmpty() && saidUnavailable == sends;
    }

    @Override
    public String toString() {
      return data + " " + ids + (named ? " named" : "");
    }
  }

  /** A job in the hands of a client. */
  static final class Delivered {
    final long job;
    final long lease;
    final long startedAt;
    final long leaseUntil;
    final long at;
    final String worker;

    /** Of the pull; empty: none. */
    final String requestId;

    /** Its holder may have said that it wants it no more. */
    boolean givenUp;

    Delivered(JobView view, long at, String worker, String requestId) {
      this.job = view.id().value();
      this.lease = view.lease();
      this.startedAt = view.startedAt();
      this.leaseUntil = view.leaseUntil();
      this.at = at;
      this.worker = worker;
      this.requestId = requestId;
    }

    @Override
    public String toString() {
      return "lease "
          + lease
          + " of job "
          + job
          + " to "
          + worker
          + " at "
          + at
          + " until "
          + leaseUntil % 10_000_000
          + (requestId.isEmpty() ? "" : " by request " + requestId)
          + (givenUp ? ", given up" : "");
    }
  }

  /**
   * Somebody was let do something, or refused for want of permission.
   *
   * @param from the last index that any node had applied when it was asked
   * @param to the same when the answer came
   * @param operations one of which must be allowed
   * @param queue null: the cluster
   */
  record Answered(
      long from,
      long to,
      Principal who,
      List<Operation> operations,
      @Nullable String queue,
      boolean allowed) {}

  void asked(AskedQuestion question) {
    questions.add(question);
  }

  List<AskedQuestion> questions() {
    return questions;
  }

  void answered(Answered answer) {
    answered.add(answer);
  }

  List<Answered> answered() {
    return answered;
  }

  void pushedByGuest(long job, QueueName queue) {
    ofGuests.add(Map.entry(job, queue));
    acknowledged.incrementAndGet();
  }

  /** Jobs whose push was acknowledged to a guest, some of them more than once. */
  List<Map.Entry<Long, QueueName>> ofGuests() {
    return ofGuests;
  }

  /** Any of these, mostly a late one; null when there is none. */
  Map.@Nullable Entry<Long, QueueName> anyOfGuests(World world) {
    int size = ofGuests.size();
    int from = world.chance(0.7) ? Math.max(0, size - 8) : 0;
    return size == 0 ? null : ofGuests.get((int) world.between(from, size - 1L));
  }

  Pushed push(String data, QueueName queue, JobOptions options, boolean named, long now) {
    Pushed pushed = new Pushed(data, queue, options, named, now);
    pushes.put(data, pushed);
    return pushed;
  }

  void accepted(Pushed pushed, long id, long now) {
    pushed.ids.add(id);
    pushed.acceptedAt = now;
    byId.put(id, pushed);
    acknowledged.incrementAndGet();
  }

  /** Notes a delivery of a job that was pushed. */
  Delivered delivered(Pushed pushed, JobView job, long now, String worker, String requestId) {
    byId.putIfAbsent(job.id().value(), pushed);
    var delivered = new Delivered(job, now, worker, requestId);
    pushed.deliveries.add(delivered);
    return delivered;
  }

  static String data(JobView job) {
    return job.data() == null ? "" : job.data().bytes().toStringUtf8();
  }

  Collection<Pushed> pushes() {
    return pushes.values();
  }

  @Nullable Pushed byData(String data) {
    return pushes.get(data);
  }

  @Nullable Pushed byId(long id) {
    return byId.get(id);
  }

  void countUnknown() {
    unknown++;
  }

  void countRefused() {
    refused++;
  }

  void countAcknowledged() {
    acknowledged.incrementAndGet();
  }

  long acknowledged() {
    return acknowledged.get();
  }

  int unknown() {
    return unknown;
  }

  int refused() {
    return refused;
  }
}
