package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Bugs of how much somebody may push. */
enum QuotaBugs implements PlantedBugs {
  /** A quota that is said again forgets what has gone under it. */
  FORGOTTEN_WHEN_SAID_AGAIN(QuotaModel.KEPT) {
    @Override
    public Plan plan(long seed) {
      // Many guests: quotas are used up when they are said again.
      return super.plan(seed).with(new Plan.Load(1, 1, 0, false, 12));
    }

    @Override
    public PlantedBug make() {
      return Planting.submissions(
          (engine, submission) -> {
            // For other queues by its words, though no queue is called so.
            String fresh = "not-" + engine.lastApplied().index();
            return with(
                submission,
                pushes -> {
                  var queues = new ArrayList<>(pushes.queues());
                  queues.add(fresh);
                  return new Quota.Pushes(queues, pushes.rate());
                });
          });
    }
  },
  /** What has gone under quotas is not known in the next term. */
  FORGOTTEN_BY_THE_NEXT_LEADER(QuotaModel.KEPT) {
    @Override
    public Plan plan(long seed) {
      var faults = new ArrayList<Fault>();
      for (int i = 0; i < 6; i++) {
        faults.add(new Fault(1_500 + 700L * i, Fault.Kind.KILL, -1, 200, 0));
      }
      return super.plan(seed).with(faults);
    }

    @Override
    public PlantedBug make() {
      return Planting.engines((_, engine) -> new Forgetful(engine));
    }
  },
  /** A quota counts twice as long as it should. */
  COUNTS_TOO_LONG(QuotaModel.EXHAUSTED) {
    @Override
    public PlantedBug make() {
      return Planting.submissions(
          (_, submission) ->
              with(
                  submission,
                  pushes -> {
                    RateLimit rate = pushes.rate();
                    var longer = new RateLimit(rate.max(), 2 * rate.durationMs());
                    return new Quota.Pushes(pushes.queues(), longer);
                  }));
    }
  },
  /** Nobody counts the queues that somebody makes. */
  QUEUES_NOT_COUNTED(QuotaModel.KEPT) {
    @Override
    public PlantedBug make() {
      return Planting.commands(
          command ->
              command instanceof Command.SetQuota(Quota quota)
                  ? new Command.SetQuota(
                      new Quota(quota.owner(), quota.name(), quota.pushes(), UseLimits.NONE))
                  : command);
    }
  };

  private static Submission with(Submission submission, UnaryOperator<Quota.Pushes> other) {
    return submission.command() instanceof Command.SetQuota(Quota quota)
        ? new Submission(
            submission.principal(),
            submission.requestId(),
            new Command.SetQuota(
                new Quota(
                    quota.owner(),
                    quota.name(),
                    quota.pushes().stream().map(other).toList(),
                    quota.limits())))
        : submission;
  }

  /** An engine that says all quotas anew behind the first entry of a term, and hides that. */
  private static final class Forgetful extends EngineOf {
    private final QueueEngine engine;
    private boolean forgets;

    Forgetful(QueueEngine engine) {
      super(engine);
      this.engine = engine;
    }

    @Override
    public void skip(long term, long index) {
      forgets = true;
      super.skip(term, index);
    }

    @Override
    public Outcome apply(long term, long index, ByteString bytes) {
      var anew = new ArrayList<Submission>();
      if (forgets && engine.featureLevel() >= FeatureLevel.QUOTAS) {
        for (Quota quota :
            engine.ask(Principal.SYSTEM, new Query.ListQuotas(null, 1000)).quotas()) {
          anew.add(set(new Quota(quota.owner(), quota.name(), List.of(), UseLimits.NONE)));
          anew.add(set(quota));
        }
      }
      forgets = false;
      return Planting.surrounded(engine, term, index, bytes, anew, List.of());
    }

    private static Submission set(Quota quota) {
      return new Submission(Principal.SYSTEM, null, new Command.SetQuota(quota));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <R> R ask(Principal principal, Query<R> query) {
      R answer = super.ask(principal, query);
      return answer instanceof Query.AuditPage page
          ? (R)
              new Query.AuditPage(
                  page.records().stream().filter(record -> !isHidden(record)).toList(),
                  page.nextMs(),
                  page.next(),
                  page.more())
          : answer;
    }

    private static boolean isHidden(AuditRecord record) {
      return record.action() == AuditAction.SET_QUOTA
          && record.user().equals(Principal.SYSTEM.name());
    }
  }

  private final List<String> promises;

  /**
   * @param promises one of which must be seen to be broken
   */
  QuotaBugs(String... promises) {
    this.promises = List.of(promises);
  }

  @Override
  public List<String> promises() {
    return promises;
  }

  @Override
  public Plan plan(long seed) {
    return Planting.guarded(seed);
  }
}
