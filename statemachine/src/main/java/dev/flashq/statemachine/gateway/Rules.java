package dev.flashq.statemachine.gateway;

import static dev.flashq.protocol.ErrorCode.BATCH_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.DATA_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.INVALID_QUEUE_NAME;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.protocol.Limits.require;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;
import dev.flashq.protocol.wire.FieldMatch;
import dev.flashq.protocol.wire.FieldPath;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.UseLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What commands and questions from outside must keep to: names, ranges, sizes. Each method fails
 * with {@link InvalidValueException} or answers what it was given as it is to be taken.
 *
 * <p>Rules may change with any version, and some go by the Unicode tables of the JDK. So they are
 * asked before a command is proposed, and never of what stands in the log.
 */
public final class Rules {
  /** The greatest number of jobs in a rate limit. */
  public static final long RATE_LIMIT_JOBS = 1_000_000;

  private Rules() {}

  /** The command, with texts and times cut that are longer than any use. */
  public static Command checked(Command command) {
    return switch (command) {
      case Command.PushJobs c -> checked(c);
      case Command.PullJobs c -> checked(c);
      case Command.AckJobs c -> checked(c);
      // Nobody but a node seals.
      case Command.FailJob(Claim claim, String error, _) ->
          new Command.FailJob(checked(claim), Text.cut(error, Limits.TEXT_BYTES));
      case Command.ReportProgress(Claim claim, int progress, String message, _) ->
          new Command.ReportProgress(checked(claim), Math.clamp(progress, 0, 100), cut(message));
      case Command.RenewLease c -> of(c, c.claim().job());
      case Command.CancelJob c -> of(c, c.job());
      case Command.UpdateJob c -> {
        checked(c.data());
        yield of(c, c.job());
      }
      case Command.ChangePriority c -> of(c, c.job());
      case Command.MoveToDelayed c -> {
        require(
            isDuration(c.delayMs()),
            INVALID_REQUEST,
            "delay is between 0 and 100 years in milliseconds");
        yield of(c, c.claim().job());
      }
      case Command.PromoteJob c -> of(c, c.job());
      case Command.DiscardJob c -> of(c, c.claim().job());
      case Command.SetPaused c -> of(c, c.queue());
      case Command.DrainQueue c -> of(c, c.queue());
      case Command.SetRateLimit c -> {
        if (c.limit() != null) {
          checked(c.limit());
        }
        yield of(c, c.queue());
      }
      case Command.SetConcurrency c -> {
        require(
            c.limit() == null || c.limit() >= 0,
            INVALID_REQUEST,
            "a concurrency limit is not negative");
        yield of(c, c.queue());
      }
      case Command.ReleaseJobs c -> {
        c.claims().forEach(Rules::checked);
        yield c;
      }
      case Command.RetryDeadJobs c ->
          c.job() == null ? of(c, c.queue()) : of(of(c, c.queue()), c.job());
      case Command.RemoveJobs c -> {
        require(c.olderThanMs() >= 0, INVALID_REQUEST, "grace is not negative");
        yield of(c, c.queue());
      }
      case Command.CleanQueues c -> {
        checkPattern(c.queues());
        require(c.olderThanMs() >= 0, INVALID_REQUEST, "grace is not negative");
        yield c;
      }
      case Command.ForgetQueue c -> of(c, c.queue());
      case Command.ExtendLeases c -> {
        require(
            isDuration(c.lostMs()) && isDuration(c.graceMs()),
            INVALID_REQUEST,
            "times between 0 and 100 years in milliseconds");
        yield c;
      }
      case Command.CreateToken c -> {
        checkName(c.name());
        checkHash(c.hash());
        checkRoles(c.roles());
        require(
            c.endsAt() >= 0 && c.endsAt() <= TIME_MS,
            INVALID_REQUEST,
            "expires is a time in milliseconds since 1970");
        yield c;
      }
      case Command.RotateToken c -> {
        checkName(c.name());
        checkHash(c.hash());
        require(
            isDuration(c.overlapMs()),
            INVALID_REQUEST,
            "overlap is between 0 and 100 years in milliseconds");
        yield c;
      }
      case Command.ExpireToken c -> {
        checkName(c.name());
        require(
            c.atMs() >= 0 && c.atMs() <= TIME_MS,
            INVALID_REQUEST,
            "expires is a time in milliseconds since 1970");
        yield c;
      }
      case Command.RevokeToken c -> {
        checkName(c.name());
        yield c;
      }
      case Command.PutRole c -> {
        checkName(c.role().name());
        checkPermissions(c.role().allow());
        checkPermissions(c.role().deny());
        yield c;
      }
      case Command.SetAuditPolicy c -> checked(c);
      case Command.SetQuota c -> {
        checked(c.quota());
        yield c;
      }
      case Command.SetSchema c -> {
        checkPattern(c.queues());
        require(
            c.text() == null || (!c.text().isEmpty() && c.text().size() <= Limits.SCHEMA_BYTES),
            DATA_TOO_LARGE,
            "a schema has 1 to " + Limits.SCHEMA_BYTES + " bytes");
        yield c;
      }
      case Command.SetDataPolicy c -> {
        checked(c.policy());
        yield c;
      }
      case Command.SetRetention c -> {
        checked(c.retention());
        yield c;
      }
      case Command.BeginErasure c -> {
        checked(c.request());
        yield c;
      }
      case Command.SealQueues c -> {
        checkPattern(c.queues());
        yield c;
      }
      case Command.UnsealQueues c -> {
        checkPattern(c.queues());
        yield c;
      }
      case Command.DestroySubject c -> {
        require(
            !c.subject().isEmpty() && Text.utf8Length(c.subject()) <= Limits.KEY_BYTES,
            INVALID_REQUEST,
            "subject has between 1 and " + Limits.KEY_BYTES + " bytes");
        yield c;
      }
      case Command.NoteLogins c -> {
        require(
            c.refused().size() <= Limits.REFUSED_LOGINS,
            LIMIT_EXCEEDED,
            "at most " + Limits.REFUSED_LOGINS + " addresses");
        yield c;
      }
      case Command.DropRole c -> {
        checkName(c.name());
        yield c;
      }
      case Command.BindCertificate c -> {
        require(
            !c.subject().isEmpty() && Text.utf8Length(c.subject()) <= Limits.SUBJECT_BYTES,
            INVALID_REQUEST,
            "a subject has between 1 and " + Limits.SUBJECT_BYTES + " bytes");
        checkRoles(c.roles());
        yield c;
      }
      case Command.ListTokens c -> {
        require(
            c.tokens().size() <= Limits.LISTED_TOKENS,
            LIMIT_EXCEEDED,
            "a member lists at most " + Limits.LISTED_TOKENS + " tokens");
        c.tokens().forEach(token -> checkPermissions(token.permissions()));
        yield c;
      }
      case Command.Tick _,
          Command.SetClock _,
          Command.RaiseFeatureLevel _,
          Command.SetAccessKey _,
          Command.NoteUse _,
          Command.NoteExported _,
          Command.NoteRead _,
          Command.SetAuditKey _,
          Command.CancelErasure _,
          Command.EraseJobs _,
          Command.AddKeys _,
          Command.BeginRing _,
          Command.RewrapKeys _,
          Command.ResealJobs _,
          Command.SignAuditHead _ ->
          command;
    };
  }

  private static Command checked(Command.PushJobs push) {
    checked(push.queue());
    require(
        push.jobs().size() <= Limits.JOBS_PER_COMMAND,
        BATCH_TOO_LARGE,
        "at most " + Limits.JOBS_PER_COMMAND + " jobs in one batch");
    int dependencies = 0;
    for (NewJob job : push.jobs()) {
      checked(job.data());
      checked(job.options());
      dependencies += job.options().dependsOn().size();
    }
    require(
        dependencies <= Limits.DEPENDENCIES_PER_COMMAND,
        BATCH_TOO_LARGE,
        "at most " + Limits.DEPENDENCIES_PER_COMMAND + " dependencies in one batch");
    return push;
  }

  private static Command checked(Command.PullJobs pull) {
    checked(pull.queue());
    require(
        pull.count() >= 1 && pull.count() <= Limits.JOBS_PER_COMMAND,
        BATCH_TOO_LARGE,
        "count is between 1 and " + Limits.JOBS_PER_COMMAND);
    long waitMs = waitMs(pull.waitMs());
    return waitMs == pull.waitMs()
        ? pull
        : new Command.PullJobs(pull.queue(), pull.count(), waitMs);
  }

  private static Command checked(Command.AckJobs acks) {
    require(
        acks.acks().size() <= Limits.JOBS_PER_COMMAND,
        BATCH_TOO_LARGE,
        "at most " + Limits.JOBS_PER_COMMAND + " jobs in one batch");
    for (Ack ack : acks.acks()) {
      checked(ack.claim());
      if (ack.result() != null) {
        checked(ack.result());
      }
    }
    return acks;
  }

  /** The question, about no more than a page and for no longer than anybody may wait. */
  @SuppressWarnings("unchecked") // A question is answered by one of its own kind.
  public static <R> Query<R> checked(Query<R> query) {
    return (Query<R>)
        switch (query) {
          case Query.GetJob q -> of(q, q.id());
          case Query.GetJobs q -> {
            require(
                q.ids().size() <= Limits.PAGE, INVALID_REQUEST, "at most " + Limits.PAGE + " ids");
            q.ids().forEach(Rules::checked);
            yield q;
          }
          case Query.ListJobs q -> checked(q);
          case Query.ListDeadJobs(QueueName queue, int limit) -> {
            require(limit >= 0, INVALID_REQUEST, "count is not negative");
            yield new Query.ListDeadJobs(checked(queue), Math.min(limit, Limits.PAGE));
          }
          case Query.GetQueue q -> of(q, q.name());
          case Query.ListQueues(String after, int limit) ->
              new Query.ListQueues(after, Math.clamp(limit, 1, Limits.PAGE));
          case Query.WaitForJob(JobId id, long waitMs) ->
              new Query.WaitForJob(checked(id), waitMs(waitMs));
          case Query.GetPayloads q -> {
            require(
                q.parts().size() <= 2 * Limits.JOBS_PAGE,
                INVALID_REQUEST,
                "at most " + 2 * Limits.JOBS_PAGE + " parts");
            yield q;
          }
          case Query.ListCredentials(long after, int limit) ->
              new Query.ListCredentials(Math.max(0, after), Math.clamp(limit, 1, Limits.PAGE));
          case Query.ListRoles(String after, int limit) ->
              new Query.ListRoles(after, Math.clamp(limit, 1, Limits.PAGE));
          case Query.ListQuotas(Quota after, int limit) ->
              new Query.ListQuotas(after, Math.clamp(limit, 1, Limits.PAGE));
          case Query.ListSchemas(QueueName queue, String after, int limit) ->
              new Query.ListSchemas(
                  queue == null ? null : checked(queue), after, Math.clamp(limit, 1, Limits.PAGE));
          case Query.ListDataPolicies(String after, int limit) ->
              new Query.ListDataPolicies(after, Math.clamp(limit, 1, Limits.PAGE));
          case Query.ListAudit q -> {
            require(q.after() >= 0, INVALID_REQUEST, "a cursor is not negative");
            yield new Query.ListAudit(
                Math.clamp(q.fromMs(), 0, TIME_MS),
                Math.clamp(q.toMs(), 0, TIME_MS),
                q.user(),
                q.action(),
                q.queue(),
                q.success(),
                q.after(),
                Math.clamp(q.limit(), 1, Limits.PAGE));
          }
          case Query.ListAuditBlocks q ->
              new Query.ListAuditBlocks(
                  Math.clamp(q.fromMs(), 0, TIME_MS),
                  Math.clamp(q.after(), 0, Long.MAX_VALUE - 1),
                  Math.clamp(q.limit(), 1, Limits.PAGE));
          case Query.ListRetentions(String after, int limit) ->
              new Query.ListRetentions(after, Math.clamp(limit, 1, Limits.PAGE));
          case Query.ListErasures(long below, int limit) ->
              new Query.ListErasures(below, Math.clamp(limit, 1, Limits.ERASURES));
          case Query.CheckAccess q -> q.queue() == null ? q : of(q, q.queue());
          case Query.GetJobByCustomId _,
              Query.GetStats _,
              Query.IsAnswered _,
              Query.QueuesOf _,
              Query.NextErasure _,
              Query.GetSealing _,
              Query.SubjectKeys _,
              Query.KeysToRewrap _,
              Query.NextReseal _,
              Query.GetAuditPolicy _ ->
              query;
        };
  }

  /** The latest time that anybody may name, Unix ms. */
  private static final long TIME_MS = 2 * Limits.DURATION_MS;

  private static Command checked(Command.SetAuditPolicy set) {
    AuditPolicy policy = set.policy();
    require(
        policy.rules().size() <= Limits.RULES,
        INVALID_REQUEST,
        "at most " + Limits.RULES + " rules");
    for (AuditPolicy.Rule rule : policy.rules()) {
      require(
          rule.queues().size() <= Limits.RULES && rule.actions().size() <= Limits.RULES,
          INVALID_REQUEST,
          "at most " + Limits.RULES + " queues and actions in a rule");
      rule.queues().forEach(Rules::checkPattern);
    }
    require(
        isDuration(policy.keepMs()) && policy.keepMs() > 0 && policy.keepBytes() > 0,
        INVALID_REQUEST,
        "records are kept for 1 millisecond to 100 years, and at least 1 byte of them");
    return set;
  }

  private static void checked(Retention retention) {
    checkPattern(retention.queues());
    require(
        isDuration(retention.completedMs()) && isDuration(retention.deadMs()),
        INVALID_REQUEST,
        "ages are between 0 and 100 years in milliseconds");
    require(
        retention.completedCount() >= 0 && retention.deadCount() >= 0,
        INVALID_REQUEST,
        "numbers of jobs are not negative");
  }

  private static void checked(Erasure.Request request) {
    FieldPath path = FieldPath.parse(request.field());
    require(
        !request.wanted().isEmpty() && request.wanted().size() <= Limits.ERASURE_VALUE_BYTES,
        INVALID_REQUEST,
        "equals has 1 to " + Limits.ERASURE_VALUE_BYTES + " bytes");
    var _ = new FieldMatch(path, request.wanted().toByteArray());
    require(
        (!request.edits().isEmpty() || request.dryRun())
            && request.edits().size() <= Limits.ERASURE_EDITS,
        INVALID_REQUEST,
        "an erasure sets or deletes 1 to " + Limits.ERASURE_EDITS + " fields");
    long bytes = 0;
    for (Erasure.Edit edit : request.edits()) {
      var _ = FieldPath.parse(edit.path());
      bytes += edit.json() == null ? 0 : edit.json().size();
    }
    require(
        bytes <= Limits.ERASURE_VALUE_BYTES,
        DATA_TOO_LARGE,
        "what an erasure sets has at most " + Limits.ERASURE_VALUE_BYTES + " bytes");
    require(
        !request.queues().isEmpty() && request.queues().size() <= Limits.RULES,
        INVALID_REQUEST,
        "an erasure names 1 to " + Limits.RULES + " queues");
    request.queues().forEach(Rules::checkPattern);
    require(
        request.states().size() <= JobState.values().length,
        INVALID_REQUEST,
        "an erasure names each state once");
  }

  private static void checked(Quota quota) {
    if (quota.owner() == Quota.Owner.ROLE) {
      checkName(quota.name());
    } else {
      require(
          !quota.name().isEmpty()
              && Text.utf8Length(quota.name()) <= Limits.SUBJECT_BYTES
              && !Principal.isReserved(quota.name()),
          INVALID_REQUEST,
          "a quota is for a token, a certificate or a role");
    }
    require(
        quota.pushes().size() <= Limits.RULES,
        INVALID_REQUEST,
        "at most " + Limits.RULES + " push quotas");
    for (Quota.Pushes pushes : quota.pushes()) {
      require(
          !pushes.queues().isEmpty() && pushes.queues().size() <= Limits.RULES,
          INVALID_REQUEST,
          "a push quota names 1 to " + Limits.RULES + " queues");
      pushes.queues().forEach(Rules::checkPattern);
      checked(pushes.rate());
    }
    UseLimits limits = quota.limits();
    require(
        Math.min(
                Math.min(limits.connections(), limits.waits()),
                Math.min(limits.bytes(), limits.queues()))
            >= 0,
        INVALID_REQUEST,
        "a limit is not negative");
  }

  private static void checked(DataPolicy policy) {
    checkPattern(policy.queues());
    require(
        policy.forbiddenFields().size() <= Limits.FORBIDDEN_FIELDS,
        INVALID_REQUEST,
        "at most " + Limits.FORBIDDEN_FIELDS + " forbidden fields");
    for (String field : policy.forbiddenFields()) {
      require(
          !field.isEmpty() && Text.utf8Length(field) <= Limits.FIELD_NAME_BYTES,
          INVALID_REQUEST,
          "a forbidden field has 1 to " + Limits.FIELD_NAME_BYTES + " bytes");
    }
    require(policy.maxBytes() >= 0, INVALID_REQUEST, "max_bytes is not negative");
  }

  /** The name of a token or role. */
  private static void checkName(String name) {
    require(
        name.matches("[A-Za-z0-9_.-]{1," + Limits.ACCESS_NAME + "}") && !Principal.isReserved(name),
        INVALID_REQUEST,
        "a name has 1 to "
            + Limits.ACCESS_NAME
            + " letters, digits, '_', '.' or '-', and is not 'anonymous' or 'system'");
  }

  private static void checkHash(ByteString hash) {
    require(hash.size() == Limits.TOKEN_HASH_BYTES, INVALID_REQUEST, "no hash of a token");
  }

  private static void checkRoles(List<String> roles) {
    require(roles.size() <= Limits.RULES, INVALID_REQUEST, "at most " + Limits.RULES + " roles");
    roles.forEach(Rules::checkName);
  }

  private static void checkPermissions(List<Permission> permissions) {
    require(
        permissions.size() <= Limits.RULES,
        INVALID_REQUEST,
        "at most " + Limits.RULES + " permissions");
    for (Permission permission : permissions) {
      require(
          permission.queues().size() <= Limits.RULES
              && permission.operations().size() <= Limits.RULES,
          INVALID_REQUEST,
          "at most " + Limits.RULES + " queues and operations in a permission");
      permission.queues().forEach(Rules::checkPattern);
    }
  }

  /** A pattern has the characters of a name, and stars. */
  private static void checkPattern(String pattern) {
    require(
        !pattern.isEmpty()
            && Text.utf8Length(pattern) <= Limits.QUEUE_NAME_BYTES
            && isAllowed(pattern.replace("*", "")),
        INVALID_REQUEST,
        "a queue pattern has the characters of a queue's name, and '*' for any of them");
  }

  private static Query.ListJobs checked(Query.ListJobs list) {
    if (list.queue() != null) {
      checked(list.queue());
    }
    require(list.limit() >= 0, INVALID_REQUEST, "limit is not negative");
    require(
        list.offset() >= 0 && list.offset() <= Limits.OFFSET,
        INVALID_REQUEST,
        "offset is between 0 and " + Limits.OFFSET);
    require(
        list.after().size() <= Limits.CURSOR_BYTES
            && (list.after().isEmpty() || list.offset() == 0),
        INVALID_REQUEST,
        "a page has an offset, or a cursor of at most " + Limits.CURSOR_BYTES + " bytes");
    return new Query.ListJobs(
        list.queue(),
        list.state(),
        Math.min(list.limit(), Limits.JOBS_PAGE),
        list.offset(),
        list.after());
  }

  /** As the client sends it, without its principal. */
  public static RequestId checked(RequestId id) {
    require(
        !id.client().isEmpty() && Text.utf8Length(id.client()) <= Limits.CLIENT_ID_BYTES,
        INVALID_REQUEST,
        "a client id has between 1 and " + Limits.CLIENT_ID_BYTES + " bytes");
    require(
        id.sequence() >= 0 && id.settled() >= 0 && id.settled() <= id.sequence(),
        INVALID_REQUEST,
        "a request id needs 0 <= settled <= sequence");
    return id;
  }

  /** A name has letters and digits of any script, and the characters {@code _ - . :}. */
  public static QueueName checked(QueueName queue) {
    String name = queue.value();
    require(!name.isEmpty(), INVALID_QUEUE_NAME, "Queue name cannot be empty");
    require(
        Text.utf8Length(name) <= Limits.QUEUE_NAME_BYTES,
        INVALID_QUEUE_NAME,
        "Queue name too long (max 256 chars)");
    require(
        isAllowed(name),
        INVALID_QUEUE_NAME,
        "Queue name must contain only alphanumeric characters, underscores, hyphens, dots, or colons");
    return queue;
  }

  private static boolean isAllowed(String name) {
    int next;
    for (int i = 0; i < name.length(); i = next) {
      int c = name.codePointAt(i);
      next = i + Character.charCount(c);
      if (!isAllowed(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAllowed(int c) {
    return c < 128
        ? (c >= 'a' && c <= 'z')
            || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || "_-.:".indexOf(c) >= 0
        : Character.isLetterOrDigit(c);
  }

  public static JobId checked(JobId job) {
    require(
        job.value() > 0 && job.value() < Limits.JOB_ID_END,
        INVALID_REQUEST,
        "a job id is between 1 and 2^53 - 1");
    return job;
  }

  public static Claim checked(Claim claim) {
    checked(claim.job());
    return claim;
  }

  public static Payload checked(Payload payload) {
    int bytes = payload.bytes().size();
    if (bytes > Limits.DATA_BYTES) {
      throw new InvalidValueException(
          DATA_TOO_LARGE,
          "Job data too large (" + bytes + " bytes, max " + Limits.DATA_BYTES + " bytes)");
    }
    return payload;
  }

  public static JobOptions checked(JobOptions options) {
    options.check();
    options.dependsOn().forEach(Rules::checked);
    return options;
  }

  public static RateLimit checked(RateLimit limit) {
    require(
        limit.max() >= 0 && limit.max() <= RATE_LIMIT_JOBS,
        INVALID_REQUEST,
        "a limit of jobs is between 0 and " + RATE_LIMIT_JOBS);
    require(
        limit.durationMs() >= 1 && limit.durationMs() <= Limits.DURATION_MS,
        INVALID_REQUEST,
        "a limit's duration is between 1 millisecond and 100 years");
    return limit;
  }

  private static long waitMs(long ms) {
    require(ms >= 0, INVALID_REQUEST, "timeout is not negative");
    return Math.min(ms, Limits.WAIT_MS);
  }

  private static boolean isDuration(long ms) {
    return ms >= 0 && ms <= Limits.DURATION_MS;
  }

  private static @Nullable String cut(@Nullable String text) {
    return text == null ? null : Text.cut(text, Limits.TEXT_BYTES);
  }

  private static <T> T of(T value, QueueName queue) {
    checked(queue);
    return value;
  }

  private static <T> T of(T value, JobId job) {
    checked(job);
    return value;
  }
}
