package dev.flashq.statemachine.engine;

import dev.flashq.statemachine.access.AccessStore;
import dev.flashq.statemachine.access.QuotaStore;
import dev.flashq.statemachine.audit.AuditTrail;
import dev.flashq.statemachine.data.DataRuleStore;
import dev.flashq.statemachine.erase.ErasureStore;
import dev.flashq.statemachine.erase.ResealStore;
import dev.flashq.statemachine.job.CompletedIds;
import dev.flashq.statemachine.job.Debounce;
import dev.flashq.statemachine.job.Dependents;
import dev.flashq.statemachine.job.JobStore;
import dev.flashq.statemachine.job.Lifecycle;
import dev.flashq.statemachine.job.Payloads;
import dev.flashq.statemachine.job.Replacements;
import dev.flashq.statemachine.job.RetentionStore;
import dev.flashq.statemachine.keys.KeyRingStore;
import dev.flashq.statemachine.queue.Groups;
import dev.flashq.statemachine.queue.QueueStore;
import dev.flashq.statemachine.queue.Selection;
import dev.flashq.statemachine.request.Answers;
import dev.flashq.statemachine.request.Proposers;
import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.FrontBudget;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.Leases;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;

/** All stores over one database. What they hold in memory is derived from it. */
final class State implements AutoCloseable {
  /** Slots of index fronts in memory, about 100 bytes each. */
  private static final int FRONT_SLOTS = 400_000;

  final Tables tables;
  final FrontBudget fronts = new FrontBudget(FRONT_SLOTS);
  final Meta meta;
  final QueueStore queues;
  final Groups groups;
  final Timers timers;
  final Leases leases;
  final Payloads payloads;
  final CompletedIds completedIds;
  final JobStore jobs;
  final Lifecycle lifecycle;
  final Debounce debounce;
  final Answers answers;
  final Proposers proposers;
  final QuotaStore quotas;
  final AccessStore access;
  final AuditTrail audit;
  final DataRuleStore dataRules;
  final KeyRingStore keys;
  final ErasureStore erasures;
  final ResealStore reseal;
  final RetentionStore retentions;

  State(Database db) {
    this.tables = new Tables(db);
    this.meta = new Meta(tables);
    this.timers = new Timers(tables, fronts);
    this.queues = new QueueStore(tables, meta, timers, fronts);
    this.groups = new Groups(tables, meta, queues, fronts);
    this.leases = new Leases(tables);
    this.payloads = new Payloads(tables);
    this.completedIds = new CompletedIds(tables);
    this.keys = new KeyRingStore(tables, meta, timers);
    this.jobs =
        new JobStore(tables, meta, queues, groups, timers, leases, payloads, completedIds, keys);
    this.lifecycle = new Lifecycle(jobs, queues, new Dependents(tables), timers, meta);
    this.debounce = new Debounce(tables, queues, timers, meta);
    this.answers = new Answers(tables, timers, meta);
    this.proposers = new Proposers(tables);
    this.quotas = new QuotaStore(tables);
    this.access = new AccessStore(tables, meta, timers, quotas);
    this.audit = new AuditTrail(tables, meta, timers);
    this.dataRules = new DataRuleStore(tables, meta, keys);
    this.retentions =
        new RetentionStore(tables, meta, timers, new Selection(tables, queues), lifecycle);
    var replacements = new Replacements(jobs, payloads);
    this.erasures = new ErasureStore(tables, meta, replacements);
    this.reseal = new ResealStore(tables, meta, replacements, keys);
  }

  /** The rows that gather over the entry at an index. */
  void writeRows(long index) {
    answers.write(meta.clock());
    completedIds.write(meta.lastJobId());
    queues.write(meta.clock());
    quotas.write();
    audit.write(meta.clock(), index);
  }

  /** The entry has ended: what is in memory may shrink, and the facts of the whole are told. */
  void entryEnded(Turn turn) {
    jobs.entryEnded();
    fronts.enforce();
    queues.entryEnded(turn);
    access.entryEnded(turn);
    keys.entryEnded();
    dataRules.entryEnded(turn);
  }

  /**
   * Reads everything in memory again from the database, as before the entry that was rolled back.
   */
  void forget() {
    meta.forget();
    jobs.forget();
    completedIds.forget();
    proposers.forget();
    timers.forget();
    leases.forget();
    answers.forget();
    queues.forget();
    quotas.forget();
    access.forget();
    audit.forget();
    keys.forget();
    dataRules.forget();
    retentions.forget();
  }

  @Override
  public void close() {
    tables.close();
  }
}
