package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;
import dev.flashq.protocol.wire.WireField;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.gateway.Rules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request, flat, as it was read; no field is checked against the command yet. Reused for the
 * next request.
 */
public final class Request {
  /** A number that was not in the request. */
  static final long ABSENT = Long.MIN_VALUE;

  final OptionFields options = new OptionFields();
  @Nullable Cmd cmd;
  @Nullable String unknownCommand;
  byte @Nullable [] reqId;
  @Nullable String queue;
  @Nullable Payload data;
  @Nullable Payload result;
  @Nullable JobId id;
  @Nullable List<JobId> ids;
  @Nullable Batch<NewJob> jobs;
  @Nullable AckBatch acks;
  long lease;
  long count;
  double progress;
  @Nullable String error;
  @Nullable String message;
  long limit;
  Command.@Nullable RateLimit rateLimit;
  long offset;
  @Nullable String state;
  long graceMs;
  @Nullable String token;
  @Nullable String requestId;
  @Nullable String clientId;
  long clientSequence = ABSENT;
  long clientSettled;
  @Nullable String name;
  @Nullable List<String> roles;
  long expiresMs = ABSENT;
  long overlapMs = ABSENT;
  @Nullable List<String> queues;
  @Nullable Operations operations;
  @Nullable List<Permission> deny;
  @Nullable String tokenName;
  @Nullable String operation;
  @Nullable String type;
  @Nullable List<Quota.Pushes> pushes;
  @Nullable UseLimits useLimits;
  long fromMs;
  long toMs = Long.MAX_VALUE;
  @Nullable String user;
  @Nullable String action;
  @Nullable Boolean success;
  @Nullable String cursor;
  @Nullable List<AuditPolicy.Rule> rules;
  long keepMs = ABSENT;
  long keepBytes = ABSENT;
  AuditPolicy.WhenFull whenFull = AuditPolicy.WhenFull.REFUSE;
  @Nullable Payload schema;
  @Nullable String mode;
  boolean encryptedOnly;
  @Nullable List<String> forbiddenFields;
  boolean noCardNumbers;
  boolean noNames;
  long maxBytes;
  long completedAge;
  long completedCount;
  long deadAge;
  long deadCount;
  @Nullable String field;
  @Nullable Payload equalTo;
  @Nullable List<Erasure.Edit> set;
  @Nullable List<String> delete;
  @Nullable List<String> states;
  boolean dryRun;
  private @Nullable Refused unreadable;

  /** The first error of each field, in the order of the request. */
  final Map<WireField, Refused> fieldErrors = new LinkedHashMap<>(0);

  Request() {
    reset();
  }

  void reset() {
    options.reset();
    cmd = null;
    unknownCommand = null;
    reqId = null;
    queue = null;
    data = null;
    result = null;
    id = null;
    ids = null;
    jobs = null;
    acks = null;
    lease = 0;
    count = ABSENT;
    progress = Double.NaN;
    error = null;
    message = null;
    limit = ABSENT;
    rateLimit = null;
    offset = 0;
    state = null;
    graceMs = 0;
    token = null;
    requestId = null;
    clientId = null;
    clientSequence = ABSENT;
    clientSettled = 0;
    name = null;
    roles = null;
    expiresMs = ABSENT;
    overlapMs = ABSENT;
    queues = null;
    operations = null;
    deny = null;
    tokenName = null;
    operation = null;
    type = null;
    pushes = null;
    useLimits = null;
    fromMs = 0;
    toMs = Long.MAX_VALUE;
    user = null;
    action = null;
    success = null;
    cursor = null;
    rules = null;
    keepMs = ABSENT;
    keepBytes = ABSENT;
    whenFull = AuditPolicy.WhenFull.REFUSE;
    schema = null;
    mode = null;
    encryptedOnly = false;
    forbiddenFields = null;
    noCardNumbers = false;
    noNames = false;
    maxBytes = 0;
    completedAge = 0;
    completedCount = 0;
    deadAge = 0;
    deadCount = 0;
    field = null;
    equalTo = null;
    set = null;
    delete = null;
    states = null;
    dryRun = false;
    unreadable = null;
    fieldErrors.clear();
  }

  /** Null when it was missing or unknown. */
  public @Nullable Cmd cmd() {
    return cmd;
  }

  /** The correlation id as it was encoded; null when there was none. */
  public byte @Nullable [] reqId() {
    return reqId;
  }

  /** Notes that the bytes broke the encoding's rules. */
  void unreadable(String sentence) {
    if (unreadable == null) {
      unreadable = new Refused(INVALID_REQUEST, sentence);
    }
  }

  /** Notes what was wrong with a field; it matters only to the commands that have the field. */
  void fail(WireField field, ErrorCode code, String sentence) {
    fieldErrors.putIfAbsent(field, new Refused(code, sentence));
  }

  /** Why nothing can be made of the request; null when it can be tried. */
  @Nullable Refused refusal() {
    if (unreadable != null) {
      return unreadable;
    }
    for (Map.Entry<WireField, Refused> error : fieldErrors.entrySet()) {
      if (cmd == null ? Cmd.common(error.getKey()) : cmd.has(error.getKey())) {
        return error.getValue();
      }
    }
    return null;
  }

  QueueName queue() {
    return Rules.checked(new QueueName(present(queue, Field.QUEUE)));
  }

  /** The job's id; some methods of the TypeScript client send it as {@code job_id}. */
  JobId id() {
    if (id != null) {
      return id;
    }
    String text = options.jobId();
    return Rules.checked(new JobId(Values.number(present(text, Field.ID))));
  }

  long count() {
    require(count != ABSENT, INVALID_REQUEST, "missing field count");
    return count;
  }

  long limit() {
    require(limit != ABSENT, INVALID_REQUEST, "missing field limit");
    return limit;
  }

  long limit(long otherwise) {
    return limit == ABSENT ? otherwise : limit;
  }

  static <T> T present(@Nullable T value, WireField field) {
    require(value != null, INVALID_REQUEST, "missing field " + field.wireName());
    return Objects.requireNonNull(value);
  }

  /** Takes a request id that came beside the request, unless it has one of its own. */
  public void idempotencyKey(@Nullable String key) {
    if (requestId == null) {
      requestId = key;
    }
  }

  /** The id under which a repeated request has no second effect; null when the client gave none. */
  @Nullable RequestId requestId() {
    String client = requestId != null ? requestId : clientId;
    if (client == null) {
      return null;
    }
    require(
        Text.utf8Length(client) <= Limits.CLIENT_ID_BYTES,
        INVALID_REQUEST,
        "a client id has between 1 and " + Limits.CLIENT_ID_BYTES + " bytes");
    if (requestId != null) {
      return Rules.checked(new RequestId(client, 0, 0));
    }
    require(clientSequence != ABSENT, INVALID_REQUEST, "client_id needs client_seq");
    return Rules.checked(new RequestId(client, clientSequence, clientSettled));
  }
}
