package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Bugs of the record of what was done and asked. */
enum AuditBugs implements PlantedBugs {
  /** Some pushes are not recorded. */
  AUDIT_RECORDS_DROPPED(AccessCheck.RECORDED) {
    @Override
    public PlantedBug make() {
      var nothing = new AuditPolicy.Rule(List.of(), true, List.of("*"), AuditPolicy.Scope.REFUSED);
      return Planting.surrounded(
          entry ->
              entry.submissions().stream()
                  .anyMatch(submission -> submission.command() instanceof Command.PushJobs),
          _ -> List.of(policy(new AuditPolicy(List.of(nothing), 1_000_000_000, Long.MAX_VALUE))),
          engine -> List.of(policy(engine.auditPolicy())));
    }

    private Submission policy(AuditPolicy policy) {
      return new Submission(Principal.SYSTEM, null, new Command.SetAuditPolicy(policy));
    }
  },
  /** Something is recorded that nobody has asked for. */
  AUDIT_RECORDS_INVENTED(AccessCheck.EFFECTIVE) {
    @Override
    public PlantedBug make() {
      var resume = new Command.SetPaused(Guest.QUEUES.getFirst(), false);
      return Planting.surrounded(
          _ -> true, _ -> List.of(), _ -> List.of(new Submission(Principal.SYSTEM, null, resume)));
    }
  },
  /** The audit trail of a node lacks a block. */
  AUDIT_TRAIL_WITH_A_HOLE(AuditChain.WHOLE) {
    @Override
    public PlantedBug make() {
      return Planting.engines(
          (node, engine) ->
              new EngineOf(engine) {
                @Override
                public <R> R ask(Principal principal, Query<R> query) {
                  R answer = super.ask(principal, query);
                  return answer instanceof Query.AuditBlocks page && node.number() == 1
                      ? without(page)
                      : answer;
                }
              });
    }

    @SuppressWarnings("unchecked")
    private <R> R without(Query.AuditBlocks page) {
      var blocks = new ArrayList<>(page.blocks());
      blocks.remove(blocks.size() / 2);
      return (R)
          new Query.AuditBlocks(
              blocks, page.heads(), page.head(), page.key(), page.unrecorded(), page.more());
    }
  },
  /** What is asked leaves no record. */
  READS_NOT_RECORDED(ReadRecords.RECORDED) {
    @Override
    public PlantedBug make() {
      return answers(AuditBugs::unrecorded);
    }
  },
  /** The answer does not wait for its record. */
  ANSWERED_BEFORE_THE_RECORD(ReadRecords.RECORDED) {
    @Override
    public PlantedBug make() {
      return answers(AuditBugs::beforeTheRecord);
    }
  },
  /** A node asks in somebody's name. */
  QUESTIONS_INVENTED(ReadRecords.ASKED) {
    @Override
    public PlantedBug make() {
      return answers(AuditBugs::twice);
    }
  };

  /** How a node answers questions. */
  private interface Answers {
    <R> CompletableFuture<R> to(
        SimNode node,
        CommandGateway gateway,
        Principal who,
        Query<R> query,
        Consistency consistency);
  }

  private static PlantedBug answers(Answers answers) {
    return new PlantedBug() {
      @Override
      CommandGateway gateway(SimNode node, CommandGateway gateway) {
        return new Planting.GatewayOf(gateway) {
          @Override
          public <R> CompletableFuture<R> ask(
              Principal principal, Query<R> query, Consistency consistency) {
            // Who waits for the end of a job is answered when it comes.
            return query instanceof Query.WaitForJob
                ? gateway.ask(principal, query, consistency)
                : answers.to(node, gateway, principal, query, consistency);
          }
        };
      }
    };
  }

  /** What the node answers when it has caught up, without a word to the others. */
  private static <R> CompletableFuture<R> unrecorded(
      SimNode node,
      CommandGateway gateway,
      Principal who,
      Query<R> query,
      Consistency consistency) {
    var answer = new CompletableFuture<R>();
    var _ =
        gateway
            .ask(Principal.SYSTEM, query, consistency)
            .whenComplete(
                (_, failure) -> {
                  try {
                    if (failure == null) {
                      answer.complete(node.replica().ask(who, query));
                    } else {
                      answer.completeExceptionally(failure);
                    }
                  } catch (RefusedException e) {
                    answer.completeExceptionally(e);
                  }
                });
    return answer;
  }

  private static <R> CompletableFuture<R> beforeTheRecord(
      SimNode node,
      CommandGateway gateway,
      Principal who,
      Query<R> query,
      Consistency consistency) {
    var _ = gateway.ask(who, query, consistency);
    return unrecorded(node, gateway, who, query, consistency);
  }

  private static <R> CompletableFuture<R> twice(
      SimNode node,
      CommandGateway gateway,
      Principal who,
      Query<R> query,
      Consistency consistency) {
    var _ = gateway.ask(who, query, consistency);
    return gateway.ask(who, query, consistency);
  }

  private final List<String> promises;

  /**
   * @param promises one of which must be seen to be broken
   */
  AuditBugs(String... promises) {
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
