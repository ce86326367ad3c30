package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import java.util.List;

/** Roles and what stands in configurations to the messages of the log and back. */
public final class AccessCodec {
  private AccessCodec() {}

  public static LogProto.ListedToken encode(ListedToken token) {
    return LogProto.ListedToken.newBuilder()
        .setHash(token.hash())
        .setName(token.name())
        .addAllPermissions(encode(token.permissions()))
        .build();
  }

  public static ListedToken decode(LogProto.ListedToken token) {
    return new ListedToken(
        token.getHash(), Form.name(token.getName()), decode(token.getPermissionsList()));
  }

  public static LogProto.Role encode(Role role) {
    return LogProto.Role.newBuilder()
        .setName(role.name())
        .addAllAllow(encode(role.allow()))
        .addAllDeny(encode(role.deny()))
        .build();
  }

  public static Role decode(LogProto.Role role) {
    return new Role(
        Form.name(role.getName()), decode(role.getAllowList()), decode(role.getDenyList()));
  }

  public static LogProto.SetAuditPolicy encode(AuditPolicy policy) {
    var message = LogProto.SetAuditPolicy.newBuilder();
    for (AuditPolicy.Rule rule : policy.rules()) {
      var encoded =
          LogProto.AuditRule.newBuilder()
              .setEvery(rule.every())
              .addAllQueues(rule.queues())
              .setScope(rule.scope().ordinal());
      rule.actions().forEach(action -> encoded.addActions(action.number()));
      message.addRules(encoded);
    }
    return message
        .setKeepMs(policy.keepMs())
        .setKeepBytes(policy.keepBytes())
        .setWhenFull(policy.whenFull().ordinal())
        .build();
  }

  public static AuditPolicy decode(LogProto.SetAuditPolicy policy) {
    return new AuditPolicy(
        policy.getRulesList().stream().map(AccessCodec::decode).toList(),
        Form.millis(policy.getKeepMs()),
        Math.max(0, policy.getKeepBytes()),
        whenFull(policy.getWhenFull()));
  }

  private static AuditPolicy.WhenFull whenFull(int number) {
    Form.require(number >= 0 && number <= 1, "what this version does not do when a trail is full");
    return AuditPolicy.WhenFull.values()[number];
  }

  private static AuditPolicy.Rule decode(LogProto.AuditRule rule) {
    Form.require(rule.getScope() <= 1, "a scope that this version does not know");
    return new AuditPolicy.Rule(
        rule.getActionsList().stream().map(AccessCodec::action).toList(),
        rule.getEvery(),
        rule.getQueuesList(),
        AuditPolicy.Scope.values()[rule.getScope()]);
  }

  public static LogProto.SetQuota encode(Quota quota) {
    var message =
        LogProto.SetQuota.newBuilder()
            .setOwner(quota.owner().number())
            .setName(quota.name())
            .setLimits(encode(quota.limits()));
    for (Quota.Pushes pushes : quota.pushes()) {
      message.addPushes(
          LogProto.PushQuota.newBuilder()
              .addAllQueues(pushes.queues())
              .setMax(pushes.rate().max())
              .setDurationMs(pushes.rate().durationMs()));
    }
    return message.build();
  }

  private static LogProto.UseLimits encode(UseLimits limits) {
    var message = LogProto.UseLimits.newBuilder();
    if (limits.connections() != UseLimits.UNLIMITED) {
      message.setConnections(limits.connections());
    }
    if (limits.waits() != UseLimits.UNLIMITED) {
      message.setWaits(limits.waits());
    }
    if (limits.bytes() != UseLimits.UNLIMITED) {
      message.setBytes(limits.bytes());
    }
    if (limits.queues() != UseLimits.UNLIMITED) {
      message.setQueues(limits.queues());
    }
    return message.build();
  }

  public static Quota decode(LogProto.SetQuota quota) {
    Quota.Owner owner = Quota.Owner.of(quota.getOwner());
    if (owner == null) {
      throw new IllegalStateException("an owner that this version does not know");
    }
    return new Quota(
        owner,
        Form.name(quota.getName()),
        quota.getPushesList().stream().map(AccessCodec::decode).toList(),
        decode(quota.getLimits()));
  }

  private static Quota.Pushes decode(LogProto.PushQuota pushes) {
    return new Quota.Pushes(
        pushes.getQueuesList(),
        new RateLimit(Form.rate(pushes.getMax()), Form.window(pushes.getDurationMs())));
  }

  private static UseLimits decode(LogProto.UseLimits limits) {
    return new UseLimits(
        limits.hasConnections() ? Form.amount(limits.getConnections()) : UseLimits.UNLIMITED,
        limits.hasWaits() ? Form.amount(limits.getWaits()) : UseLimits.UNLIMITED,
        limits.hasBytes() ? Form.amount(limits.getBytes()) : UseLimits.UNLIMITED,
        limits.hasQueues() ? Form.amount(limits.getQueues()) : UseLimits.UNLIMITED);
  }

  private static AuditAction action(int number) {
    AuditAction action = AuditAction.of(number);
    if (action == null) {
      throw new IllegalStateException("an action that this version does not know");
    }
    return action;
  }

  private static List<LogProto.Permission> encode(List<Permission> permissions) {
    return permissions.stream().map(AccessCodec::encode).toList();
  }

  private static LogProto.Permission encode(Permission permission) {
    var message =
        LogProto.Permission.newBuilder()
            .addAllQueues(permission.queues())
            .setEvery(permission.every());
    permission.operations().forEach(operation -> message.addOperations(operation.number()));
    return message.build();
  }

  private static List<Permission> decode(List<LogProto.Permission> permissions) {
    return permissions.stream()
        .map(
            permission ->
                new Permission(
                    permission.getQueuesList(),
                    permission.getOperationsList().stream().map(AccessCodec::operation).toList(),
                    permission.getEvery()))
        .toList();
  }

  private static Operation operation(int number) {
    Operation operation = Operation.of(number);
    if (operation == null) {
      throw new IllegalStateException("an operation that this version does not know");
    }
    return operation;
  }
}
