package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what is to be done for a request about tokens, roles and certificates. */
final class AccessRequests {
  /** Milliseconds for which an old token stays good beside the new one when nobody says. */
  private static final long OVERLAP_MS = 24 * 3_600_000L;

  private AccessRequests() {}

  static Plan plan(Cmd cmd, Request r) {
    return switch (cmd) {
      case TOKENCREATE -> create(r);
      case TOKENROTATE -> rotate(r);
      case TOKENEXPIRE ->
          Requests.done(r, new Command.ExpireToken(name(r), present(r.expiresMs, Field.EXPIRES)));
      case TOKENREVOKE -> Requests.done(r, new Command.RevokeToken(name(r)));
      case TOKENLIST ->
          Requests.ask(new Query.ListCredentials(0, Limits.PAGE), AccessShapes::tokens);
      case ROLEPUT -> Requests.done(r, new Command.PutRole(role(r)));
      case ROLEDROP -> Requests.done(r, new Command.DropRole(name(r)));
      case ROLELIST -> Requests.ask(new Query.ListRoles(null, Limits.PAGE), AccessShapes::roles);
      case CERTBIND ->
          Requests.done(
              r,
              new Command.BindCertificate(
                  Request.present(r.options.subject(), PushOption.SUBJECT),
                  Request.present(r.roles, Field.ROLES)));
      case QUOTAPUT -> Requests.done(r, new Command.SetQuota(quota(r)));
      case QUOTALIST -> Requests.ask(new Query.ListQuotas(null, Limits.PAGE), AccessShapes::quotas);
      case ACCESSCHECK -> check(r.tokenName, Request.present(r.operation, Field.OP), r.queue);
      default -> throw new IllegalArgumentException("not about access: " + cmd);
    };
  }

  private static String name(Request r) {
    return Request.present(r.name, Field.NAME);
  }

  private static long present(long value, Field field) {
    require(value != Request.ABSENT, INVALID_REQUEST, "missing field " + field.wireName());
    return value;
  }

  private static Plan create(Request r) {
    String name = name(r);
    List<String> roles = Request.present(r.roles, Field.ROLES);
    long ends = r.expiresMs == Request.ABSENT ? 0 : r.expiresMs;
    return new Plan.Issue(hash -> new Command.CreateToken(name, hash, roles, ends), name);
  }

  private static Plan rotate(Request r) {
    String name = name(r);
    long overlap = r.overlapMs == Request.ABSENT ? OVERLAP_MS : r.overlapMs;
    return new Plan.Issue(hash -> new Command.RotateToken(name, hash, overlap), name);
  }

  private static Role role(Request r) {
    Permission allow =
        AccessFields.permission(
            Request.present(r.queues, Field.QUEUES),
            Request.present(r.operations, Field.OPERATIONS));
    return new Role(name(r), List.of(allow), r.deny == null ? List.of() : r.deny);
  }

  private static Quota quota(Request r) {
    String type = Request.present(r.type, Field.TYPE);
    Quota.Owner owner =
        switch (type) {
          case "token" -> Quota.Owner.TOKEN;
          case "role" -> Quota.Owner.ROLE;
          default -> throw new InvalidValueException(INVALID_REQUEST, "type is token or role");
        };
    return new Quota(
        owner,
        name(r),
        r.pushes == null ? List.of() : r.pushes,
        r.useLimits == null ? UseLimits.NONE : r.useLimits);
  }

  /** Whether the holder of a token, or who asks, may do something. */
  static Plan check(@Nullable String tokenName, String operation, @Nullable String queue) {
    Operation known = AccessFields.operation(operation);
    var query =
        new Query.CheckAccess(tokenName, known, queue == null ? null : new QueueName(queue));
    return Requests.ask(query, AccessShapes::decision);
  }
}
