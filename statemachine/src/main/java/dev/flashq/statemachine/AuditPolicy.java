package dev.flashq.statemachine;

import java.util.List;

/**
 * What is recorded: the first rule that matches decides. Refusals and what is administrative are
 * always recorded.
 *
 * @param keepMs for which records are kept
 * @param keepBytes of records, from which on the trail is full
 */
public record AuditPolicy(List<Rule> rules, long keepMs, long keepBytes, WhenFull whenFull) {
  public static final long KEEP_MS = 90 * 86_400_000L;
  public static final long KEEP_BYTES = 4L << 30;

  /** Everything but signs of life. */
  public static final AuditPolicy DEFAULT =
      new AuditPolicy(
          List.of(
              new Rule(
                  List.of(AuditAction.HEARTBEAT, AuditAction.PROGRESS),
                  false,
                  List.of("*"),
                  Scope.REFUSED)),
          KEEP_MS,
          KEEP_BYTES);

  /** Of a cluster in which nobody says who it is. */
  public static final AuditPolicy OF_OPEN_CLUSTER =
      new AuditPolicy(
          List.of(new Rule(List.of(), true, List.of("*"), Scope.REFUSED)), KEEP_MS, KEEP_BYTES);

  /** How much. The number stands in the log and the state. */
  public enum Scope {
    ALL,
    REFUSED
  }

  /** What is done when the trail is full. The number stands in the log and the state. */
  public enum WhenFull {
    /** Nothing that would have to be recorded. */
    REFUSE,
    /** The oldest records go, as far as they have been written out; then as above. */
    DROP_EXPORTED
  }

  /**
   * @param every whether all actions are meant, reads not included
   * @param queues patterns as in a {@link Permission}
   */
  public record Rule(List<AuditAction> actions, boolean every, List<String> queues, Scope scope) {
    public Rule {
      actions = List.copyOf(actions);
      queues = List.copyOf(queues);
    }

    /** Reads have to be named. */
    private boolean names(AuditAction action) {
      return (every && !action.isRead()) || actions.contains(action);
    }

    private boolean matches(AuditAction action, String queue) {
      return names(action) && Permission.matchesAny(queues, queue);
    }
  }

  public AuditPolicy {
    rules = List.copyOf(rules);
  }

  public AuditPolicy(List<Rule> rules, long keepMs, long keepBytes) {
    this(rules, keepMs, keepBytes, WhenFull.REFUSE);
  }

  /** The feature level from which on members understand it. */
  int level() {
    return rules.stream()
        .flatMap(rule -> rule.actions.stream())
        .mapToInt(AuditAction::level)
        .reduce(
            whenFull == WhenFull.REFUSE ? FeatureLevel.AUDIT : FeatureLevel.AUDIT_HEADS, Math::max);
  }

  /** Whether something that is carried out may have to be recorded, in whatever queue it is. */
  public boolean mayRecord(AuditAction action) {
    if (action.isAdministrative()) {
      return true;
    }
    for (Rule rule : rules) {
      if (rule.names(action)) {
        if (rule.scope == Scope.ALL) {
          return true;
        }
        if (rule.queues.contains("*")) {
          return false;
        }
      }
    }
    return !action.isRead();
  }

  /** Whether something that was carried out is recorded. */
  public boolean records(AuditAction action, String queue) {
    if (action.isAdministrative()) {
      return true;
    }
    for (Rule rule : rules) {
      if (rule.matches(action, queue)) {
        return rule.scope == Scope.ALL;
      }
    }
    return !action.isRead();
  }
}
