package dev.flashq.statemachine.engine;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.access.AccessHandlers;
import dev.flashq.statemachine.audit.AuditTrail;
import dev.flashq.statemachine.job.Debounce;
import dev.flashq.statemachine.job.Job;
import dev.flashq.statemachine.job.JobStatus;
import dev.flashq.statemachine.job.JobStore;
import dev.flashq.statemachine.job.Lifecycle;
import dev.flashq.statemachine.job.RetentionStore;
import dev.flashq.statemachine.keys.KeyRingStore;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.request.Answers;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.timer.Leases;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.timer.Timers.Timer;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;

/**
 * Fires what is due, leases first, each kind in the order of time; at most {@link
 * Limits#TIMERS_PER_TICK} a tick.
 */
final class TickHandler {
  private final Timers timers;
  private final Leases leases;
  private final JobStore jobs;
  private final QueueStore queues;
  private final Lifecycle lifecycle;
  private final Debounce debounce;
  private final Answers answers;
  private final AccessHandlers access;
  private final AuditTrail audit;
  private final RetentionStore retentions;
  private final KeyRingStore keys;
  private final Meta meta;

  TickHandler(
      Timers timers,
      Leases leases,
      JobStore jobs,
      QueueStore queues,
      Lifecycle lifecycle,
      Debounce debounce,
      Answers answers,
      AccessHandlers access,
      AuditTrail audit,
      RetentionStore retentions,
      KeyRingStore keys,
      Meta meta) {
    this.timers = timers;
    this.leases = leases;
    this.jobs = jobs;
    this.queues = queues;
    this.lifecycle = lifecycle;
    this.debounce = debounce;
    this.answers = answers;
    this.access = access;
    this.audit = audit;
    this.retentions = retentions;
    this.keys = keys;
    this.meta = meta;
  }

  Reply handle(Turn turn) {
    int left = Limits.TIMERS_PER_TICK;
    Slot lease = leases.first();
    long leaseTime = turn.now() - meta.leasePauseMs();
    while (lease != null
        && lease.major() <= leaseTime
        && turn.now() >= meta.leasesFrom()
        && left > 0
        && !turn.work().isSpent()) {
      endLease(lease.value(), turn);
      left--;
      lease = leases.first();
    }
    Timer timer = timers.first();
    while (timer != null
        && timer.due() <= turn.now()
        && left > 0
        && turn.work().followUpsLeft() > 0) {
      left -= fire(timer, left, turn);
      timer = timers.first();
    }
    return Reply.Done.DONE;
  }

  private void endLease(long id, Turn turn) {
    Job job = jobs.find(id);
    if (job == null || !(job.status() instanceof JobStatus.Active active)) {
      throw new StorageException("job " + id + " has a lease without being active");
    }
    lifecycle.leaseEnded(job, active, turn);
  }

  /** Answers how many of the tick's timers this one counts for. */
  private int fire(Timer timer, int limit, Turn turn) {
    byte[] name = named(timer) ? timers.name(timer) : new byte[0];
    timers.remove(timer.due(), timer.kind(), timer.subject());
    switch (timer.kind()) {
      case DELAY -> lifecycle.delayEnded(timer.subject(), turn);
      case EXPIRY -> lifecycle.expire(timer.subject(), turn);
      case RETENTION -> {
        return 1 + lifecycle.expireCompleted(queues.get((int) timer.subject()), limit, turn);
      }
      case IDLE_QUEUE -> queues.idleTimer((int) timer.subject(), turn.now());
      case AUDIT_RETENTION -> {
        return 1 + audit.removeOld(limit, turn);
      }
      case RETENTION_SWEEP -> {
        return 1 + retentions.sweep(name, limit, turn);
      }
      case CREDENTIAL_END -> access.ended(timer.subject(), turn);
      case UNUSED_SUBJECT -> keys.unusedTimer(timer.subject(), turn.now());
      case DEBOUNCE -> debounce.close(name, turn.now());
      case SILENT_CLIENTS -> {
        return 1 + answers.forgetSilent(name, limit, turn.now());
      }
      case DEPENDENTS, DEPENDENTS_OF_FAILED ->
          lifecycle.cascade().goOn(timer.kind(), timer.subject(), name, turn);
    }
    return 1;
  }

  private static boolean named(Timer timer) {
    return switch (timer.kind()) {
      case DEBOUNCE, SILENT_CLIENTS, DEPENDENTS, DEPENDENTS_OF_FAILED, RETENTION_SWEEP -> true;
      case DELAY, EXPIRY, RETENTION, IDLE_QUEUE, CREDENTIAL_END, AUDIT_RETENTION, UNUSED_SUBJECT ->
          false;
    };
  }
}
