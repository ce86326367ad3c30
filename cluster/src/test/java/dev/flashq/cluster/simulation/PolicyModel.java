package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.FeatureLevel;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded, after the words of docs/SECURITY.md and without any code of the engine.
 *
 * @param level that the cluster has reached
 * @param said null: nobody has said anything
 * @param guarded whether clients have to say who they are
 * @param matches whether a pattern matches the name of a queue
 */
record PolicyModel(
    int level, @Nullable AuditPolicy said, boolean guarded, BiPredicate<String, String> matches) {

  /** Whether what is carried out is recorded. */
  boolean records(AuditAction action, String queue) {
    return action.isAdministrative()
        || decides(action, pattern -> matches.test(pattern, queue), false);
  }

  /** Whether an answer has to be; of no queue: whether it would be for some queue. */
  boolean recordsAnswer(AuditAction action, @Nullable String queue) {
    return level >= FeatureLevel.AUDIT_HEADS
        && (queue == null ? decides(action, _ -> true, true) : records(action, queue));
  }

  /** Whether refusals of questions are. */
  boolean recordsRefusals() {
    return level >= FeatureLevel.AUDIT_HEADS;
  }

  /**
   * @param some whether it is enough that a rule says so for some queues, unless one for all of
   *     them stands before
   */
  private boolean decides(AuditAction action, Predicate<String> covers, boolean some) {
    if (said == null) {
      return guarded
          && !action.isRead()
          && action != AuditAction.HEARTBEAT
          && action != AuditAction.PROGRESS;
    }
    for (AuditPolicy.Rule rule : said.rules()) {
      boolean named = rule.actions().contains(action) || (rule.every() && !action.isRead());
      if (named && rule.queues().stream().anyMatch(covers)) {
        boolean all = rule.scope() == AuditPolicy.Scope.ALL;
        if (all || !some || rule.queues().contains("*")) {
          return all;
        }
      }
    }
    return !action.isRead();
  }
}
