package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Quota.Owner;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.UseLimits;
import java.util.ArrayList;
import java.util.List;

/** Quotas small enough to be reached, and policies of what is recorded and kept, by chance. */
final class Decrees {
  private static final int KEPT = 2;
  private static final List<AuditAction> READS = List.of(AuditAction.GET_JOB, AuditAction.GET_JOBS);

  /** Pushes aside: from their records the checks know of which queue a job is. */
  private static final List<AuditAction> WORK =
      List.of(
          AuditAction.PULL,
          AuditAction.ACK,
          AuditAction.FAIL,
          AuditAction.PROGRESS,
          AuditAction.HEARTBEAT,
          AuditAction.CANCEL,
          AuditAction.CHANGE_PRIORITY);

  private final World world;
  private final List<String> names;
  private final List<String> roles;
  private final List<String> patterns;
  private final List<Quota> said = new ArrayList<>();

  /**
   * @param names of tokens and subjects of certificates
   */
  Decrees(World world, List<String> names, List<String> roles, List<String> patterns) {
    this.world = world;
    this.names = names;
    this.roles = roles;
    this.patterns = patterns;
  }

  /** A quota, which may have been said before. */
  Quota quota() {
    if (!said.isEmpty() && world.chance(0.5)) {
      return world.any(said);
    }
    Owner owner = world.any(List.of(Owner.values()));
    String name = world.any(owner == Owner.ROLE ? roles : names);
    if (world.chance(0.15)) {
      return new Quota(owner, name, List.of(), UseLimits.NONE);
    }
    var pushes = new ArrayList<Quota.Pushes>();
    String pattern = world.any(patterns);
    for (long i = world.between(0, 2); i > 0; i--) {
      pushes.add(
          new Quota.Pushes(
              List.of(world.chance(0.5) ? pattern : world.any(patterns)),
              new RateLimit(world.between(1, 6), world.between(200, 5_000))));
    }
    var quota = new Quota(owner, name, pushes, limits());
    said.add(quota);
    if (said.size() > KEPT) {
      said.removeFirst();
    }
    return quota;
  }

  private UseLimits limits() {
    long no = UseLimits.UNLIMITED;
    return world.chance(0.3) ? new UseLimits(no, no, no, world.between(0, 3)) : UseLimits.NONE;
  }

  AuditPolicy policy() {
    var rules = new ArrayList<AuditPolicy.Rule>();
    for (long i = world.between(0, 2); i > 0; i--) {
      rules.add(rule(READS, world.any(patterns)));
    }
    if (world.chance(0.5)) {
      rules.add(rule(WORK, "*"));
    }
    return new AuditPolicy(rules, AuditPolicy.KEEP_MS, AuditPolicy.KEEP_BYTES);
  }

  /** Of queues of guests only, and so strict that it shows in a run. */
  Retention retention() {
    String pattern = world.any(patterns.stream().filter(any -> !any.equals("*")).toList());
    return world.chance(0.3)
        ? new Retention(pattern, 0, 0, 0, 0)
        : new Retention(pattern, perhaps(3_000), perhaps(4), perhaps(3_000), perhaps(3));
  }

  private long perhaps(long most) {
    return world.chance(0.5) ? 0 : world.between(1, most);
  }

  private AuditPolicy.Rule rule(List<AuditAction> actions, String pattern) {
    List<AuditAction> some = actions.stream().filter(_ -> world.chance(0.7)).toList();
    return new AuditPolicy.Rule(
        some,
        false,
        List.of(pattern),
        world.chance(0.7) ? AuditPolicy.Scope.ALL : AuditPolicy.Scope.REFUSED);
  }
}
