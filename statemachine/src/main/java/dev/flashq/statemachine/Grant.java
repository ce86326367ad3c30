package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one principal may do: what its roles allow, less what one of them denies. */
public final class Grant {
  /** Of the cluster itself, and of everybody while nobody has to say who it is. */
  public static final Grant EVERYTHING =
      new Grant(List.of(new Role("*", List.of(Permission.EVERYTHING), List.of())), UseLimits.NONE);

  private final List<Role> roles;
  private final UseLimits limits;
  private final boolean everything;

  private Grant(List<Role> roles, UseLimits limits) {
    this.roles = List.copyOf(roles);
    this.limits = limits;
    this.everything =
        roles.stream().allMatch(role -> role.deny().isEmpty())
            && roles.stream()
                .flatMap(role -> role.allow().stream())
                .anyMatch(permission -> permission.every() && permission.coversCluster());
  }

  public static Grant of(List<Role> roles, UseLimits limits) {
    return new Grant(roles, limits);
  }

  /** What it is made of. */
  public List<Role> roles() {
    return roles;
  }

  /** How much may be used at once. */
  public UseLimits limits() {
    return limits;
  }

  /** Whether no queue and no operation is left out. */
  public boolean isEverything() {
    return everything;
  }

  public boolean allows(Operation operation, QueueName queue) {
    return everything || decide(operation, queue.value()).allowed();
  }

  /** Whether an operation on the cluster is allowed, which belongs to no queue. */
  public boolean allowsOnCluster(Operation operation) {
    return everything || decide(operation, null).allowed();
  }

  /** Whether an operation is allowed on some queue, as far as it is not denied there. */
  public boolean allowsSomewhere(Operation operation) {
    return everything
        || roles.stream()
            .flatMap(role -> role.allow().stream())
            .anyMatch(permission -> permission.names(operation));
  }

  public boolean allowsAny(List<Operation> operations, QueueName queue) {
    if (everything) {
      return true;
    }
    for (Operation operation : operations) {
      if (allows(operation, queue)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether anything at all may be done with the queue; otherwise it is as if it were not there.
   */
  public boolean sees(QueueName queue) {
    return everything || allowsAny(OF_QUEUES, queue);
  }

  private static final List<Operation> OF_QUEUES =
      List.of(
          Operation.PUSH,
          Operation.PULL,
          Operation.ACK,
          Operation.FAIL,
          Operation.PROGRESS,
          Operation.GET_JOB,
          Operation.CANCEL,
          Operation.ADMIN);

  /**
   * Whether it is allowed, and what decides that.
   *
   * @param queue null: on the cluster
   */
  public Decision decide(Operation operation, @Nullable String queue) {
    for (Role role : roles) {
      for (Permission denied : role.deny()) {
        if (applies(denied, operation, queue)) {
          return new Decision(false, role.name());
        }
      }
    }
    for (Role role : roles) {
      for (Permission allowed : role.allow()) {
        if (applies(allowed, operation, queue)) {
          return new Decision(true, role.name());
        }
      }
    }
    return new Decision(false, null);
  }

  private static boolean applies(
      Permission permission, Operation operation, @Nullable String queue) {
    return queue == null
        ? permission.names(operation) && permission.coversCluster()
        : permission.covers(operation, queue);
  }

  /**
   * @param role whose word it is; null: no role says anything
   */
  public record Decision(boolean allowed, @Nullable String role) {}
}
