package dev.flashq.statemachine.engine;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.access.AccessStore;
import dev.flashq.statemachine.access.Need;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.turn.Turn;
import java.util.List;

/** Whether a command may be carried out, by the rules at its place in the log. */
final class Admission {
  private static final Refused LOG_IN_AGAIN =
      new Refused(
          ErrorCode.SERVICE_UNAVAILABLE,
          "Service unavailable: the tokens of the cluster have changed, log in again");

  private final AccessStore store;

  Admission(AccessStore store) {
    this.store = store;
  }

  /** What comes of a command before it is looked at. */
  sealed interface Outcome {
    /** With what its principal may do. */
    record Admits(Turn turn) implements Outcome {}

    record Refuses(Refused refusal) implements Outcome {}
  }

  Outcome of(Submission submission, Turn turn) {
    Principal who = submission.principal();
    if (turn.featureLevel() < FeatureLevel.ACCESS) {
      return new Outcome.Admits(turn.of(who));
    }
    Grant grant = store.rules().grant(who);
    if (grant == null) {
      return new Outcome.Refuses(unknown(who));
    }
    Need need = Need.of(submission.command());
    Refused refusal = need.refusal(who, grant);
    if (refusal != null) {
      return new Outcome.Refuses(refusal);
    }
    if (turn.featureLevel() >= FeatureLevel.AUDIT
        && need instanceof Need.OnQueue(Operation operation, QueueName queue)
        && queue.equals(QueueName.AUDIT)) {
      return new Outcome.Refuses(Reason.notPermitted(operation, queue));
    }
    store.noteUse(who.credential(), turn.now());
    Turn admitted = turn.of(who, grant);
    return new Outcome.Admits(
        need instanceof Need.OnJobs(List<Operation> operations)
            ? admitted.onJobs(operations)
            : admitted);
  }

  /** One that a node knew by its configuration, before the cluster knew any, must come again. */
  private static Refused unknown(Principal who) {
    return who.credential() != 0 || who.isAnonymous()
        ? Reason.NO_CREDENTIAL.refuses()
        : LOG_IN_AGAIN;
  }

  /** Whether only a leader says this, and somebody else does. All that was asked before level 2. */
  boolean isForeign(Submission submission) {
    Command command = submission.command();
    return (command instanceof Command.Tick
            || command instanceof Command.ExtendLeases
            || command instanceof Command.RaiseFeatureLevel)
        && !submission.principal().isSystem();
  }
}
