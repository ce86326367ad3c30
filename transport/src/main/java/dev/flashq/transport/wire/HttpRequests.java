package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.JOBS_PER_COMMAND;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome.Accepted;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.gateway.Rules;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says what is to be done for the HTTP routes; the fields of a body are those of the TCP protocol.
 */
public final class HttpRequests {
  private HttpRequests() {}

  /** Fails with what is wrong with the body. */
  private static void check(Request body, Cmd as) {
    body.cmd = as;
    Refused refusal = body.refusal();
    if (refusal != null) {
      throw new InvalidValueException(refusal.code(), refusal.detail());
    }
  }

  /** Adds one job and answers with the whole Job object. */
  public static Plan push(String queue, Request body) {
    check(body, Cmd.PUSH);
    Payload data = body.data == null ? Payload.NULL : body.data;
    var command =
        new Command.PushJobs(queue(queue), List.of(new NewJob(data, body.options.build())));
    RequestId requestId = body.requestId();
    Shape<HttpShapes.PushedJob> shape = HttpShapes::pushed;
    Plan.Steps<Object> steps =
        (gateway, principal) ->
            gateway
                .submit(principal, requestId, command)
                .thenCompose(reply -> lookedUp(reply, gateway, principal));
    return new Plan.Run<>(steps, unchecked(shape));
  }

  @SuppressWarnings(
      "unchecked") // Outcomes that are not the shape's are refusals, which no shape is asked to
  // write.
  private static Shape<Object> unchecked(Shape<?> shape) {
    return (Shape<Object>) shape;
  }

  private static CompletableFuture<Object> lookedUp(
      Reply reply, CommandGateway gateway, Principal principal) {
    return switch (reply) {
      case Reply.Pushed(List<Reply.PushOutcome> outcomes) ->
          switch (outcomes.getFirst()) {
            // This replica has just applied the push, or the entry that answered it before.
            case Accepted accepted ->
                gateway
                    .ask(principal, new Query.GetJob(accepted.id()), Consistency.LOCAL)
                    .handle(
                        (found, _) ->
                            new HttpShapes.PushedJob(accepted, found == null ? null : found.job()));
            case Refused refused -> CompletableFuture.completedFuture(refused);
          };
      case Reply.Done _,
          Reply.Delivered _,
          Reply.Acked _,
          Reply.Removed _,
          Reply.Begun _,
          Refused _ ->
          CompletableFuture.completedFuture(reply);
    };
  }

  public static Plan pushBatch(String queue, Request body) {
    check(body, Cmd.PUSHB);
    Batch<NewJob> batch = Request.present(body.jobs, Field.JOBS);
    Shape<Reply.Pushed> shape = HttpShapes.pushedMany(batch);
    var command = new Command.PushJobs(queue(queue), batch.items());
    return batch.items().isEmpty()
        ? new Plan.Known(new Reply.Pushed(List.of()), shape)
        : Requests.submit(body, command, shape);
  }

  /** Waits at most {@link Limits#HTTP_WAIT_MS}, so that no proxy and no client gives up first. */
  public static Plan pull(String queue, long count, long timeoutMs) {
    require(count >= 0 && timeoutMs >= 0, INVALID_REQUEST, "count and timeout are not negative");
    Shape<Reply.Delivered> shape = HttpShapes::delivered;
    if (count == 0) {
      return new Plan.Known(Reply.Delivered.NONE, shape);
    }
    int jobs = (int) Math.min(count, JOBS_PER_COMMAND);
    long waitMs = Math.min(timeoutMs, Limits.HTTP_WAIT_MS);
    return new Plan.Submit(new Command.PullJobs(queue(queue), jobs, waitMs), null, shape);
  }

  public static Plan ack(String id, Request body) {
    check(body, Cmd.ACK);
    Shape<Reply.Acked> shape = HttpShapes::acked;
    return Requests.submit(
        body, new Command.AckJobs(List.of(new Ack(claim(id, body), body.result))), shape);
  }

  public static Plan fail(String id, Request body) {
    check(body, Cmd.FAIL);
    String error = body.error == null ? "" : body.error;
    return Requests.submit(
        body, new Command.FailJob(claim(id, body), error), (Shape<Object>) HttpShapes::nothing);
  }

  /** Replaces the data of a job, also of one that has ended. */
  public static Plan update(String id, Request body) {
    check(body, Cmd.UPDATEJOB);
    Payload data = Request.present(body.data, Field.DATA);
    return Requests.submit(
        body, new Command.UpdateJob(jobId(id), data), (Shape<Object>) HttpShapes::nothing);
  }

  private static Claim claim(String id, Request body) {
    return new Claim(jobId(id), body.lease);
  }

  public static Plan ackBatch(Request body) {
    check(body, Cmd.ACKB);
    AckBatch batch = Requests.acks(body);
    return Requests.ackBatch(body, batch, HttpShapes.ackedMany(batch));
  }

  public static Plan job(String id) {
    return Requests.ask(new Query.GetJob(jobId(id)), HttpShapes::job);
  }

  public static Plan state(String id) {
    return Requests.askJob(jobId(id), Found::withoutPayloads, HttpShapes::state);
  }

  public static Plan result(String id) {
    return Requests.askJob(jobId(id), Found::withoutData, HttpShapes::result);
  }

  public static Plan counts(String queue) {
    return Requests.ask(new Query.GetQueue(queue(queue)), HttpShapes::counts);
  }

  public static Plan count(String queue) {
    return Requests.ask(new Query.GetQueue(queue(queue)), HttpShapes::count);
  }

  public static Plan queues() {
    return new Plan.Run<>(Listing::allQueues, HttpShapes::queues);
  }

  public static Plan stats() {
    return new Plan.Run<>(Listing::overview, HttpShapes::stats);
  }

  public static Plan metrics() {
    return new Plan.Run<>(Listing::overview, HttpShapes::metrics);
  }

  /**
   * What is asked for as a command would ask for it.
   *
   * @param name that stands in the path; null: in the body
   */
  public static Plan access(Cmd cmd, @Nullable String name, Request body) {
    body.cmd = cmd;
    if (name != null) {
      body.name = name;
    }
    return Requests.plan(body, false);
  }

  /**
   * What is said about data, as a command would ask for it.
   *
   * @param queues the pattern in the path
   */
  public static Plan dataRules(Cmd cmd, String queues, Request body) {
    body.queue = queues;
    return access(cmd, null, body);
  }

  /**
   * What is asked for as a command would ask for it.
   *
   * @param number in the path
   */
  public static Plan numbered(Cmd cmd, String number, Request body) {
    body.id = jobId(number);
    return access(cmd, null, body);
  }

  /** Takes the quota away of whom the path names, whatever the body says. */
  public static Plan noQuota(String type, String name, Request body) {
    body.pushes = null;
    body.useLimits = null;
    return quota(type, name, body);
  }

  /** Puts the quota of whom the path names. */
  public static Plan quota(String type, String name, Request body) {
    body.type = type;
    return access(Cmd.QUOTAPUT, name, body);
  }

  /** Whether the holder of a token, or who asks, may do something. */
  public static Plan mayAccess(
      @Nullable String token, @Nullable String operation, @Nullable String queue) {
    require(operation != null, INVALID_REQUEST, "missing parameter op");
    return AccessRequests.check(token, Objects.requireNonNull(operation), queue);
  }

  /**
   * Records of the audit trail.
   *
   * @param parameters those of the request, by name
   */
  public static Plan audit(Function<String, @Nullable String> parameters) {
    var request = new Request();
    request.cmd = Cmd.AUDIT;
    request.fromMs = time(parameters.apply("from"), 0);
    request.toMs = time(parameters.apply("to"), Long.MAX_VALUE);
    request.user = parameters.apply("user");
    request.action = parameters.apply("action");
    request.queue = parameters.apply("queue");
    String success = parameters.apply("success");
    request.success = success == null ? null : Boolean.valueOf(success);
    request.cursor = parameters.apply("cursor");
    request.limit = number(parameters.apply("limit"), Request.ABSENT);
    return Requests.plan(request, false);
  }

  /** Blocks of the audit trail as they are stored, for who checks the chain. */
  public static Plan auditBlocks(Function<String, @Nullable String> parameters) {
    long from = number(parameters.apply("from"), 0);
    long after = number(parameters.apply("after"), 0);
    var query = new Query.ListAuditBlocks(from, after, Limits.PAGE);
    return Requests.ask(query, AuditShapes::blocks);
  }

  /** Unix ms, or a time as ISO 8601 writes it. */
  private static long time(@Nullable String text, long otherwise) {
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    try {
      return Character.isDigit(text.charAt(0)) && text.indexOf('-') < 0
          ? Values.number(text)
          : Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new InvalidValueException(
          INVALID_REQUEST, "from and to are Unix milliseconds, or times like 2030-01-31T12:00:00Z");
    }
  }

  /** Jobs of a queue or of all. */
  public static Plan jobs(Function<String, @Nullable String> parameters) {
    var request = new Request();
    request.cmd = Cmd.GETJOBS;
    request.queue = parameters.apply("queue");
    request.state = parameters.apply("state");
    request.limit = number(parameters.apply("limit"), Request.ABSENT);
    request.offset = number(parameters.apply("offset"), 0);
    request.cursor = parameters.apply("cursor");
    return QueueRequests.jobs(request, HttpShapes::jobs, AuditShapes::data);
  }

  private static JobId jobId(String text) {
    return Rules.checked(new JobId(Values.number(text)));
  }

  private static QueueName queue(String name) {
    return Rules.checked(new QueueName(name));
  }

  /** The number of a query parameter. */
  public static long number(@Nullable String text, long otherwise) {
    return text == null ? otherwise : Values.number(text, "count and timeout are whole numbers");
  }
}
