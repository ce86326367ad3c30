package dev.flashq.statemachine.engine;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.access.AccessHandlers;
import dev.flashq.statemachine.audit.AuditTrail;
import dev.flashq.statemachine.data.DataRuleStore;
import dev.flashq.statemachine.erase.ErasureStore;
import dev.flashq.statemachine.erase.ResealStore;
import dev.flashq.statemachine.job.AckJobsHandler;
import dev.flashq.statemachine.job.ActiveJobHandlers;
import dev.flashq.statemachine.job.BulkHandlers;
import dev.flashq.statemachine.job.CleanQueuesHandler;
import dev.flashq.statemachine.job.ManageJobHandlers;
import dev.flashq.statemachine.job.PullJobsHandler;
import dev.flashq.statemachine.job.PushJobsHandler;
import dev.flashq.statemachine.job.RetentionStore;
import dev.flashq.statemachine.job.Search;
import dev.flashq.statemachine.keys.KeyRingStore;
import dev.flashq.statemachine.queue.QueueHandlers;
import dev.flashq.statemachine.queue.Selection;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.List;

/** Every command to its handler. */
final class Dispatch implements Dispatcher {
  private final PushJobsHandler push;
  private final PullJobsHandler pull;
  private final AckJobsHandler ack;
  private final ActiveJobHandlers active;
  private final ManageJobHandlers manage;
  private final BulkHandlers bulk;
  private final CleanQueuesHandler clean;
  private final QueueHandlers queue;
  private final TickHandler tick;
  private final AccessHandlers access;
  private final AuditTrail audit;
  private final DataRuleStore dataRules;
  private final ErasureStore erasures;
  private final RetentionStore retentions;
  private final KeyRingStore keys;
  private final ResealStore reseal;
  private final Features features;
  private final Meta meta;

  Dispatch(State state) {
    this.push =
        new PushJobsHandler(
            state.jobs, state.queues, state.debounce, state.lifecycle, state.quotas, state.meta);
    this.pull =
        new PullJobsHandler(state.jobs, state.queues, state.payloads, state.lifecycle, state.meta);
    this.ack = new AckJobsHandler(state.jobs, state.lifecycle);
    this.active = new ActiveJobHandlers(state.jobs, state.lifecycle);
    this.manage = new ManageJobHandlers(state.jobs, state.lifecycle);
    this.bulk = new BulkHandlers(state.tables, state.jobs, state.queues, state.lifecycle);
    this.clean =
        new CleanQueuesHandler(
            new Selection(state.tables, state.queues),
            new Search(state.tables, state.jobs),
            state.lifecycle);
    this.queue = new QueueHandlers(state.queues);
    this.audit = state.audit;
    this.dataRules = state.dataRules;
    this.keys = state.keys;
    this.reseal = state.reseal;
    this.erasures = state.erasures;
    this.retentions = state.retentions;
    this.access = new AccessHandlers(state.access, state.meta);
    this.tick =
        new TickHandler(
            state.timers,
            state.leases,
            state.jobs,
            state.queues,
            state.lifecycle,
            state.debounce,
            state.answers,
            access,
            state.audit,
            state.retentions,
            state.keys,
            state.meta);
    this.features = new Features(state.meta);
    this.meta = state.meta;
  }

  @Override
  public Reply dispatch(Command command, Turn turn) {
    if (items(command) > Limits.ITEMS_PER_COMMAND) {
      return Reason.TOO_MANY_ITEMS.refuses(0, Limits.ITEMS_PER_COMMAND);
    }
    return switch (command) {
      case Command.PushJobs c -> push.handle(c, turn);
      case Command.PullJobs c -> pull.handle(c, turn);
      case Command.AckJobs c -> ack.handle(c, turn);
      case Command.FailJob c -> active.fail(c, turn);
      case Command.ReportProgress c -> active.progress(c, turn);
      case Command.RenewLease c -> active.renew(c, turn);
      case Command.MoveToDelayed c -> active.delay(c, turn);
      case Command.ReleaseJobs c -> active.release(c, turn);
      case Command.CancelJob c -> manage.cancel(c, turn);
      case Command.UpdateJob c -> manage.update(c, turn);
      case Command.ChangePriority c -> manage.changePriority(c, turn);
      case Command.PromoteJob c -> manage.promote(c, turn);
      case Command.DiscardJob c -> manage.discard(c, turn);
      case Command.SetPaused c -> queue.pause(c, turn);
      case Command.SetRateLimit c -> queue.limitRate(c, turn);
      case Command.SetConcurrency c -> queue.limitConcurrency(c, turn);
      case Command.ForgetQueue c -> queue.forget(c, turn);
      case Command.DrainQueue c -> bulk.drain(c, turn);
      case Command.RemoveJobs c -> bulk.remove(c, turn);
      case Command.CleanQueues c -> clean.handle(c, turn);
      case Command.RetryDeadJobs c -> bulk.retry(c, turn);
      case Command.RaiseFeatureLevel c -> features.raise(c);
      case Command.SetAccessKey c -> access.setKey(c);
      case Command.ListTokens c -> access.list(c, turn);
      case Command.NoteUse c -> access.noteUse(c, turn);
      case Command.CreateToken c -> access.create(c, turn);
      case Command.RotateToken c -> access.rotate(c, turn);
      case Command.ExpireToken c -> access.expire(c, turn);
      case Command.RevokeToken c -> access.revoke(c);
      case Command.PutRole c -> access.put(c);
      case Command.DropRole c -> access.drop(c);
      case Command.BindCertificate c -> access.bind(c, turn);
      case Command.SetAuditPolicy c -> audit.set(c);
      case Command.SetQuota c -> access.set(c, turn);
      case Command.SetSchema c -> dataRules.set(c);
      case Command.SetDataPolicy c -> dataRules.set(c);
      case Command.SetRetention c -> retentions.set(c, turn);
      case Command.BeginErasure c -> erasures.begin(c, turn);
      case Command.CancelErasure c -> erasures.cancel(c, turn);
      case Command.EraseJobs c -> erasures.step(c, turn);
      case Command.SealQueues c -> reseal.after(keys.seal(c, turn), turn);
      case Command.UnsealQueues c -> keys.unseal(c);
      case Command.DestroySubject c -> keys.destroy(c);
      case Command.AddKeys c -> keys.add(c, turn);
      case Command.BeginRing c -> keys.begin(c);
      case Command.RewrapKeys c -> keys.rewrap(c);
      case Command.ResealJobs c -> reseal.step(c, turn);
      case Command.NoteLogins c -> audit.note(c);
      case Command.NoteExported c -> audit.note(c);
      case Command.NoteRead c -> audit.note(c);
      case Command.SetAuditKey c -> audit.heads().set(c);
      case Command.SignAuditHead c -> audit.heads().keep(c, turn);
      case Command.Tick _ -> tick.handle(turn);
      case Command.ExtendLeases c -> {
        extendLeases(c.lostMs(), c.graceMs());
        yield Reply.Done.DONE;
      }
      case Command.SetClock c -> {
        // Nobody could have held on to a lease in a time that was not.
        extendLeases(Math.max(0, c.toMs() - turn.now()), 0);
        meta.advance(c.toMs());
        yield Reply.Done.DONE;
      }
    };
  }

  /** What has to be done one by one. */
  private static long items(Command command) {
    return switch (command) {
      case Command.PushJobs(_, List<NewJob> jobs) -> {
        long dependencies = 0;
        for (NewJob job : jobs) {
          dependencies += job.options().dependsOn().size();
        }
        yield jobs.size() + dependencies;
      }
      case Command.AckJobs(List<Command.Ack> acks) -> acks.size();
      case Command.AddKeys add -> add.keys().size();
      case Command.RewrapKeys rewrap -> rewrap.keys().size();
      case Command.ResealJobs step -> step.replacements().size();
      case Command.ReleaseJobs(List<Claim> claims) -> claims.size();
      case Command.EraseJobs c -> c.replacements().size();
      default -> 1;
    };
  }

  private void extendLeases(long lostMs, long graceMs) {
    if (meta.active() > 0) {
      meta.extendLeases(lostMs, graceMs);
    }
  }

  /** The level of features that all members are known to have. */
  private record Features(Meta meta) {
    Reply raise(Command.RaiseFeatureLevel command) {
      if (command.level() > FeatureLevel.CURRENT) {
        // The others go on in ways that this version does not know.
        throw new StorageException(
            "the cluster has reached feature level "
                + command.level()
                + "; this version knows "
                + FeatureLevel.CURRENT
                + ": install a newer one");
      }
      if (command.level() < meta.featureLevel()) {
        return Reason.LEVEL_REACHED.refuses(0, meta.featureLevel());
      }
      meta.raiseFeatureLevel(command.level());
      return Reply.Done.DONE;
    }
  }
}
