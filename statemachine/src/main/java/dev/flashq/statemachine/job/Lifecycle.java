package dev.flashq.statemachine.job;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.JobEnd;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.queue.Queue;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.timer.TimerKind;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * The steps in a job's life, with all their consequences; handlers and timers choose among them.
 */
public final class Lifecycle {
  /** A failure doubles the backoff at most so often, as in flashQ. */
  private static final int MAX_DOUBLINGS = 10;

  private final JobStore jobs;
  private final QueueStore queues;
  private final Dependents dependents;
  private final Timers timers;
  private final Meta meta;
  private final Cascade cascade;

  public Lifecycle(
      JobStore jobs, QueueStore queues, Dependents dependents, Timers timers, Meta meta) {
    this.jobs = jobs;
    this.queues = queues;
    this.dependents = dependents;
    this.timers = timers;
    this.meta = meta;
    this.cascade = new Cascade(this, jobs, dependents, timers, meta);
  }

  public Cascade cascade() {
    return cascade;
  }

  /**
   * Why a job with these options cannot begin its life, or another one; null when it can.
   *
   * @param queue null when it is not known yet
   */
  @Nullable Refused refusal(@Nullable Queue queue, JobOptions options, Grant grant) {
    if (queue != null
        && options.uniqueKey() != null
        && jobs.uniqueKeyHolder(queue, options.uniqueKey()) != 0) {
      return Reason.KEY_HELD.refuses(options.uniqueKey());
    }
    for (JobId awaited : options.dependsOn()) {
      if (awaited.value() > meta.lastJobId()) {
        return Reason.AWAITS_UNBORN.refuses(awaited.value());
      }
      Job job = jobs.find(awaited.value());
      if (job != null && !grant.sees(jobs.queueName(job))) {
        return Reason.AWAITS_GONE.refuses(awaited.value());
      }
      if (job != null && job.status() instanceof JobStatus.Dead) {
        return Reason.AWAITS_FAILED.refuses(awaited.value());
      }
      if (job == null && !jobs.isKnownCompleted(awaited.value())) {
        return Reason.AWAITS_GONE.refuses(awaited.value());
      }
    }
    return null;
  }

  /** The status of a job whose life begins: it waits for those that have not completed. */
  JobStatus begin(long id, JobOptions options, long runAt, long now) {
    int remaining = 0;
    for (JobId awaited : new LinkedHashSet<>(options.dependsOn())) {
      Job job = jobs.find(awaited.value());
      // One that is gone has completed, or this job would have been refused.
      if (job != null && !(job.status() instanceof JobStatus.Completed)) {
        awaits(id, job);
        remaining++;
      }
    }
    return remaining > 0
        ? new JobStatus.Blocked(remaining, runAt, now)
        : readyAt(runAt, options.lifo(), now);
  }

  /** A dead job begins anew, and waits again for what has not completed. */
  void revive(Job job, long now) {
    Job fresh = job.afresh();
    jobs.move(fresh, begin(job.id(), fresh.options(), now, now));
  }

  /** The status of a job that may go as soon as its time has come, behind those before it. */
  JobStatus readyAt(long runAt, boolean lifo, long now) {
    if (runAt > now) {
      return new JobStatus.Delayed(runAt, now, 0, false);
    }
    long number = meta.nextNumber();
    return new JobStatus.Ready(lifo ? -number : number, now);
  }

  /** A delayed job may go; one that failed before has kept its place. */
  void makeReady(Job job, JobStatus.Delayed delayed, long now) {
    jobs.move(
        job,
        delayed.number() == 0
            ? readyAt(now, job.options().lifo(), now)
            : new JobStatus.Ready(delayed.number(), now));
  }

  /** Its holder has it no more: it waits for the next one, in its old place. */
  void giveBack(Job job, JobStatus.Active active, Turn turn) {
    comeBack(job, new JobStatus.Ready(active.number(), turn.now()), turn);
  }

  /** Its holder wants it to be taken later, as if it had been pushed with the delay. */
  void postpone(Job job, long delayMs, Turn turn) {
    comeBack(job, readyAt(turn.now() + delayMs, job.options().lifo(), turn.now()), turn);
  }

  /** Unless its time to live has ended meanwhile. */
  private void comeBack(Job job, JobStatus next, Turn turn) {
    long ttl = job.options().ttlMs();
    if (ttl > 0 && turn.now() >= job.createdAt() + ttl) {
      remove(job, turn);
    } else {
      jobs.move(job, next);
    }
  }

  /** A delay's timer fires. */
  public void delayEnded(long id, Turn turn) {
    Job job = jobs.find(id);
    if (job != null && job.status() instanceof JobStatus.Delayed delayed) {
      makeReady(job, delayed, turn.now());
    }
  }

  /**
   * The time to live ends, or that of a completed job to be kept: it goes, or when its holder gives
   * it back.
   */
  public void expire(long id, Turn turn) {
    Job job = jobs.find(id);
    if (job != null && job.status() instanceof JobStatus.Completed) {
      jobs.remove(job);
    } else if (job != null && !(job.status() instanceof JobStatus.Active)) {
      remove(job, turn);
    }
  }

  /** Hands the job out: one delivery more, and a lease. */
  Job deliver(Job job, JobStatus.Ready ready, long now) {
    Job delivered = job.withDelivery();
    long timeout = job.options().timeoutMs();
    long timesOutAt = timeout == 0 ? 0 : leaseTime(now) + timeout;
    JobStatus.Active active = active(job, now, timesOutAt, now, ready.number());
    jobs.move(delivered, active);
    queues.get(job.queue()).delivered(now);
    return delivered.in(active);
  }

  void renew(Job job, JobStatus.Active active, long now) {
    jobs.move(job, active(job, active.startedAt(), active.timesOutAt(), now, active.number()));
  }

  private JobStatus.Active active(Job job, long startedAt, long timesOutAt, long now, long number) {
    long stall = job.options().stallTimeoutMs();
    long until = leaseTime(now) + (stall == 0 ? Limits.LEASE_MS : stall);
    return new JobStatus.Active(
        startedAt, now, timesOutAt == 0 ? until : Math.min(until, timesOutAt), timesOutAt, number);
  }

  /** The time by which leases are measured. */
  private long leaseTime(long now) {
    return now - meta.leasePauseMs();
  }

  void complete(Job job, JobStatus.Active active, @Nullable Payload result, Turn turn) {
    meta.countCompleted(job.createdAt());
    ended(job, new JobEnd.Completed(result), turn);
    cascade.completed(job, turn);
    if (job.options().removeOnComplete()) {
      jobs.removeAtCompletion(job);
      return;
    }
    if (result != null) {
      jobs.putResult(job, result);
    }
    long age = job.options().keepCompletedAgeMs();
    long expiresAt = turn.now() + (age == 0 ? Limits.KEEP_COMPLETED_MS : age);
    jobs.move(
        job.withDependents(0),
        new JobStatus.Completed(
            active.startedAt(), turn.now(), expiresAt, result == null ? 0 : result.bytes().size()));
    retain(queues.get(job.queue()), job, expiresAt);
  }

  /** Keeps the queue's completed jobs within number and age. */
  private void retain(Queue queue, Job job, long expiresAt) {
    long wanted = job.options().keepCompletedCount();
    long kept =
        wanted == 0 ? Limits.KEEP_COMPLETED_COUNT : Math.min(wanted, Limits.KEEP_COMPLETED_COUNT);
    // Two at a time, so that a lowered number is reached without one command doing all the work.
    for (int i = 0; i < 2 && queue.completedJobs() > kept; i++) {
      forgetFirstCompleted(queue);
    }
    long due = queue.retentionDue();
    if (!CompletedSlot.isAged(job) && (due == 0 || expiresAt < due)) {
      if (due != 0) {
        timers.remove(due, TimerKind.RETENTION, queue.id());
      }
      timers.put(expiresAt, TimerKind.RETENTION, queue.id());
      queues.retentionDue(queue, expiresAt);
    }
  }

  /** The one that completed first, however long it is to be kept. */
  private void forgetFirstCompleted(Queue queue) {
    Slot first = queue.completed().first();
    Slot aged = queue.completedAged().first();
    if (aged == null || (first != null && completedAt(first).compareTo(aged) < 0)) {
      forgetFirstToExpire(queue);
      return;
    }
    Job job = jobs.find(CompletedSlot.job(aged.value()));
    if (job == null) {
      throw new StorageException("a completed job is in its order without a record");
    }
    jobs.remove(job);
  }

  /**
   * Forgets the completed jobs that have been for too long, or that are too many, the oldest first.
   *
   * @param before those that completed then or earlier
   * @return how many went
   */
  int forgetCompleted(Queue queue, long before, long most, int limit) {
    int gone = 0;
    while (gone < limit
        && queue.completedJobs() > 0
        && (queue.completedJobs() > most || firstCompletion(queue) <= before)) {
      forgetFirstCompleted(queue);
      gone++;
    }
    return gone;
  }

  private static long firstCompletion(Queue queue) {
    Slot first = queue.completed().first();
    Slot aged = queue.completedAged().first();
    return Math.min(
        first == null ? Long.MAX_VALUE : completedAt(first).major(),
        aged == null ? Long.MAX_VALUE : aged.major());
  }

  /** As {@link #forgetCompleted}, of dead jobs. */
  int forgetDead(Queue queue, long before, long most, int limit, Turn turn) {
    long tooMany = queue.dead() - most;
    SequencedSet<Long> ids = jobs.firstDead(queue, limit, before, tooMany);
    removeAll(ids, turn);
    return ids.size();
  }

  private static Slot completedAt(Slot expiry) {
    return new Slot(expiry.major() - Limits.KEEP_COMPLETED_MS, expiry.minor(), expiry.value());
  }

  private void forgetFirstToExpire(Queue queue) {
    Slot first = queue.completed().first();
    if (first != null) {
      jobs.removeCompleted(queue, first);
    }
  }

  /**
   * The queue's retention timer fires: forgets what has expired, up to a number of jobs, and sets
   * the timer anew; answers how many were forgotten.
   */
  public int expireCompleted(Queue queue, int limit, Turn turn) {
    int forgotten = 0;
    var oldest = queue.completed().first();
    while (forgotten < limit && oldest != null && oldest.major() <= turn.now()) {
      forgetFirstToExpire(queue);
      forgotten++;
      oldest = queue.completed().first();
    }
    if (oldest == null) {
      queues.retentionDue(queue, 0);
    } else {
      timers.put(oldest.major(), TimerKind.RETENTION, queue.id());
      queues.retentionDue(queue, oldest.major());
    }
    return forgotten;
  }

  /** An attempt failed: another one after a pause, in the old place, or none. */
  void fail(Job job, JobStatus.Active active, Remark error, Turn turn) {
    meta.countFailed();
    Job failed = job.withFailure(error);
    if (isExhausted(failed)) {
      die(failed, error, turn);
      return;
    }
    long runAt = saturatedAdd(turn.now(), Math.max(backoff(failed), leastPause(failed)));
    boolean head = job.options().groupStrict() && job.options().groupId() != null;
    comeBack(
        failed,
        runAt > turn.now()
            ? new JobStatus.Delayed(runAt, turn.now(), active.number(), head)
            : new JobStatus.Ready(active.number(), turn.now()),
        turn);
  }

  /** The lease ran out: its holder is gone or too slow. */
  public void leaseEnded(Job job, JobStatus.Active active, Turn turn) {
    if (active.timesOutAt() != 0 && leaseTime(turn.now()) >= active.timesOutAt()) {
      fail(job, active, Remark.TIMED_OUT, turn);
      return;
    }
    Job stalled = job.withStall();
    if (stalled.stalls() >= stallLimit(stalled)) {
      meta.countFailed();
      die(stalled, Remark.STALLED_TOO_OFTEN, turn);
    } else {
      giveBack(stalled, active, turn);
    }
  }

  /** A lost worker says little about the job, so it may be lost some times at least. */
  private static long stallLimit(Job job) {
    int attempts = job.options().maxAttempts();
    return attempts == 0 ? Long.MAX_VALUE : Math.max(attempts, Limits.STALLS);
  }

  /**
   * Whether the job is handed out alone: it may be what its workers die of, and another stall must
   * not cost the jobs that were handed out with it.
   */
  static boolean goesAlone(Job job) {
    return job.stalls() >= Limits.STALLS - 1;
  }

  private static boolean isExhausted(Job job) {
    return job.options().maxAttempts() > 0 && job.attempts() >= job.options().maxAttempts();
  }

  private static long backoff(Job job) {
    long base = job.options().backoffMs();
    return job.options().fixedBackoff()
        ? base
        : Math.min(
            Limits.BACKOFF_MS,
            Math.multiplyExact(base, 1L << Math.min(job.attempts(), MAX_DOUBLINGS)));
  }

  /** So that a job that fails again and again does not take every delivery. */
  private static long leastPause(Job job) {
    return job.attempts() == 1
        ? 0
        : Limits.FAILURE_PAUSE_MS << Math.min(job.attempts() - 2, MAX_DOUBLINGS);
  }

  private static long saturatedAdd(long a, long b) {
    return a + Math.min(b, Long.MAX_VALUE - a);
  }

  /** Ends the job without success: to the dead letters, or away. */
  void die(Job job, Remark error, Turn turn) {
    waitsNoMore(job);
    cascade.failed(job, turn);
    bury(job, error, turn);
  }

  private void waitsNoMore(Job job) {
    if (job.status() instanceof JobStatus.Blocked) {
      job.options().dependsOn().forEach(awaited -> dependents.remove(awaited.value(), job.id()));
    }
  }

  void bury(Job job, Remark error, Turn turn) {
    ended(job, JobEnd.Without.FAILED, turn);
    if (job.options().removeOnFail()) {
      jobs.remove(job);
      return;
    }
    long startedAt = job.status() instanceof JobStatus.Active active ? active.startedAt() : 0;
    jobs.move(job.withError(error).withDependents(0), new JobStatus.Dead(startedAt, turn.now()));
  }

  /** Removes the job whatever its status; those that wait for it fail, unless it had completed. */
  public void remove(Job job, Turn turn) {
    ended(job, JobEnd.Without.REMOVED, turn);
    waitsNoMore(job);
    jobs.remove(job);
    cascade.failed(job, turn);
  }

  /** Removes those that there still are: the end of one may have been that of another. */
  void removeAll(SequencedSet<Long> ids, Turn turn) {
    for (long id : ids) {
      Job job = jobs.find(id);
      if (job != null) {
        remove(job, turn);
      }
    }
  }

  private void ended(Job job, JobEnd end, Turn turn) {
    turn.emit(new Fact.JobEnded(new JobId(job.id()), queues.get(job.queue()).name(), end));
  }

  /** Notes that a new job waits for others; called before the job is added. */
  private void awaits(long waiting, Job awaited) {
    dependents.add(awaited.id(), waiting);
    jobs.update(awaited.withDependents(awaited.dependents() + 1));
  }
}
