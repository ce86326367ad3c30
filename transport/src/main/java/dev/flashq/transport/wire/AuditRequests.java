package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import org.jspecify.annotations.Nullable;

/** Says what is to be done for a request about the audit trail. */
final class AuditRequests {
  /** Records on a page when the request does not say. */
  private static final long PAGE = 100;

  private AuditRequests() {}

  static Plan plan(Cmd cmd, Request r) {
    return switch (cmd) {
      case AUDIT -> Requests.ask(query(r), AuditShapes::page);
      case AUDITPOLICYGET -> Requests.ask(new Query.GetAuditPolicy(), AuditShapes::policy);
      case AUDITPOLICY ->
          Requests.done(
              r,
              new Command.SetAuditPolicy(
                  new AuditPolicy(
                      Request.present(r.rules, Field.RULES),
                      r.keepMs == Request.ABSENT ? AuditPolicy.KEEP_MS : r.keepMs,
                      r.keepBytes == Request.ABSENT ? AuditPolicy.KEEP_BYTES : r.keepBytes,
                      r.whenFull)));
      default -> throw new IllegalArgumentException("not about the audit trail: " + cmd);
    };
  }

  private static Query.ListAudit query(Request r) {
    long[] place = place(r.cursor, r.fromMs);
    long limit = r.limit(PAGE);
    require(limit > 0, INVALID_REQUEST, "limit is positive");
    return new Query.ListAudit(
        place[0],
        r.toMs,
        r.user,
        r.action == null ? null : AuditFields.action(r.action),
        r.queue == null ? null : new QueueName(r.queue),
        r.success,
        place[1],
        (int) Math.min(limit, Limits.PAGE));
  }

  /** Time and number behind which to go on. */
  private static long[] place(@Nullable String cursor, long fromMs) {
    if (cursor == null || cursor.isEmpty()) {
      return new long[] {fromMs, 0};
    }
    String[] parts = cursor.split("-", -1);
    try {
      return new long[] {Long.parseLong(parts[0]), Long.parseLong(parts[1])};
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new InvalidValueException(INVALID_REQUEST, "a cursor is what an earlier page said");
    }
  }

  /** The trail as a list of jobs, as flashQ's guide keeps it. */
  static Plan asJobs(int limit, int offset, Shape<Query.AuditPage> shape) {
    var query =
        new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, offset, Math.max(1, limit));
    return Requests.ask(query, shape);
  }
}
