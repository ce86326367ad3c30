package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.UNKNOWN_COMMAND;
import static dev.flashq.protocol.Limits.JOBS_PER_COMMAND;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.Consistency;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Says what is to be done for a request. */
public final class Requests {
  /** Milliseconds that a pull waits when the request does not say. */
  private static final long PULL_WAIT_MS = 60_000;

  /** Milliseconds that a wait for a job waits when the request does not say. */
  private static final long JOB_WAIT_MS = 30_000;

  private static final Plan PONG = new Plan.Known(Reply.Done.DONE, JobShapes::pong);

  private Requests() {}

  /**
   * The plan for a request; one that cannot be carried out is answered at once.
   *
   * @param go whether the client is taken for the Go client, which wants some answers in another
   *     shape
   */
  public static Plan plan(Request request, boolean go) {
    Refused refusal = request.refusal();
    if (refusal != null) {
      return refused(refusal);
    }
    Cmd cmd = request.cmd;
    if (cmd == null) {
      return refused(unknown(request.unknownCommand));
    }
    try {
      return plan(cmd, request, go);
    } catch (InvalidValueException e) {
      return refused(new Refused(e.code(), e.sentence()));
    }
  }

  public static Plan refused(Refused refusal) {
    return new Plan.Known(refusal, Plan.DONE);
  }

  private static Refused unknown(@Nullable String name) {
    return name == null
        ? new Refused(INVALID_REQUEST, "missing field cmd")
        : new Refused(UNKNOWN_COMMAND, "This server has no command " + name);
  }

  private static Plan plan(Cmd cmd, Request r, boolean go) {
    return switch (cmd) {
      case AUTH -> new Plan.Authenticate(Request.present(r.token, Field.TOKEN));
      case PING -> PONG;
      case CLUSTER -> new Plan.Locate();
      case PUSH -> push(r);
      case PUSHB -> pushBatch(r);
      case PULL -> pullOne(r);
      case PULLB -> pullBatch(r);
      case ACK -> ack(r);
      case ACKB -> ackBatch(r);
      case FAIL -> done(r, new Command.FailJob(claim(r), r.error == null ? "" : r.error));
      case GETRESULT -> askJob(r.id(), Found::withoutData, JobShapes.result(r.id()));
      case GETJOB -> ask(new Query.GetJob(r.id()), JobShapes::found);
      case GETSTATE -> askJob(r.id(), Found::withoutPayloads, JobShapes.state(r.id()));
      case WAITJOB ->
          ask(new Query.WaitForJob(r.id(), r.options.timeoutMs(JOB_WAIT_MS)), JobShapes::finished);
      case GETJOBBYCUSTOMID ->
          ask(
              new Query.GetJobByCustomId(Request.present(r.options.jobId(), PushOption.JOB_ID)),
              JobShapes::found);
      case GETJOBSBATCH ->
          ask(new Query.GetJobs(Request.present(r.ids, Field.IDS)), JobShapes::batch);
      case CANCEL -> done(r, new Command.CancelJob(r.id()));
      case PROGRESS -> progress(r);
      case GETPROGRESS -> askJob(r.id(), Found::withoutPayloads, JobShapes.progress(r.id(), go));
      case HEARTBEAT -> done(r, new Command.RenewLease(claim(r)));
      case CHANGEPRIORITY -> done(r, new Command.ChangePriority(r.id(), r.options.priority()));
      case MOVETODELAYED -> done(r, new Command.MoveToDelayed(claim(r), r.options.delayMs()));
      case PROMOTE -> done(r, new Command.PromoteJob(r.id()));
      case UPDATEJOB -> done(r, new Command.UpdateJob(r.id(), Request.present(r.data, Field.DATA)));
      case DISCARD -> done(r, new Command.DiscardJob(claim(r)));
      case PAUSE,
          RESUME,
          ISPAUSED,
          RATELIMIT,
          RATELIMITCLEAR,
          SETCONCURRENCY,
          CLEARCONCURRENCY,
          LISTQUEUES,
          COUNT,
          GETJOBCOUNTS,
          GETJOBS,
          DRAIN,
          CLEAN,
          OBLITERATE,
          DLQ,
          RETRYDLQ,
          PURGEDLQ,
          STATS,
          METRICS ->
          QueueRequests.plan(cmd, r, go);
      case TOKENCREATE,
          TOKENROTATE,
          TOKENEXPIRE,
          TOKENREVOKE,
          TOKENLIST,
          ROLEPUT,
          ROLEDROP,
          ROLELIST,
          CERTBIND,
          QUOTAPUT,
          QUOTALIST,
          ACCESSCHECK ->
          AccessRequests.plan(cmd, r);
      case AUDIT, AUDITPOLICY, AUDITPOLICYGET -> AuditRequests.plan(cmd, r);
      case SCHEMASET,
          SCHEMADELETE,
          SCHEMAGET,
          SCHEMALIST,
          DATAPOLICYSET,
          DATAPOLICYDELETE,
          DATAPOLICYLIST,
          RETENTIONSET,
          RETENTIONDELETE,
          RETENTIONLIST ->
          DataRuleRequests.plan(cmd, r);
      case ENCRYPTIONSET, ENCRYPTIONDELETE, ENCRYPTIONDESTROY, ENCRYPTIONLIST, SUBJECTDESTROY ->
          EncryptionRequests.plan(cmd, r);
      case ERASE, ERASESTATUS, ERASECANCEL -> ErasureRequests.plan(cmd, r);
    };
  }

  static Plan submit(Request r, Command command, Shape<?> shape) {
    return new Plan.Submit(command, r.requestId(), shape);
  }

  /** A command whose answer is that it was done. */
  static Plan done(Request r, Command command) {
    return submit(r, command, Plan.DONE);
  }

  static <R> Plan ask(Query<R> query, Shape<? super R> shape) {
    return new Plan.Ask<>(query, Consistency.LINEARIZABLE, shape);
  }

  /** Asks about a job, of which the answer shows a part only. */
  static Plan askJob(JobId job, UnaryOperator<Found> part, Shape<Found> shape) {
    return new Plan.Run<>(
        (gateway, principal) ->
            gateway.ask(principal, new Query.GetJob(job), Consistency.LINEARIZABLE).thenApply(part),
        shape);
  }

  private static Plan push(Request r) {
    Payload data = Request.present(r.data, Field.DATA);
    var command = new Command.PushJobs(r.queue(), List.of(new NewJob(data, r.options.build())));
    Shape<Reply.Pushed> shape = JobShapes::pushedOne;
    return submit(r, command, shape);
  }

  private static Plan pushBatch(Request r) {
    Batch<NewJob> batch = Request.present(r.jobs, Field.JOBS);
    var command = new Command.PushJobs(r.queue(), batch.items());
    Shape<Reply.Pushed> shape = JobShapes.pushedMany(batch);
    return batch.items().isEmpty()
        ? new Plan.Known(new Reply.Pushed(List.of()), shape)
        : submit(r, command, shape);
  }

  private static Command.PullJobs pull(Request r, int count) {
    return new Command.PullJobs(r.queue(), count, r.options.timeoutMs(PULL_WAIT_MS));
  }

  private static Plan pullOne(Request r) {
    Shape<Reply.Delivered> shape = JobShapes::deliveredOne;
    return submit(r, pull(r, 1), shape);
  }

  private static Plan pullBatch(Request r) {
    long count = r.count();
    require(count >= 0, INVALID_REQUEST, "count is not negative");
    Shape<Reply.Delivered> shape = JobShapes::deliveredMany;
    return count == 0
        ? new Plan.Known(Reply.Delivered.NONE, shape)
        : submit(r, pull(r, (int) Math.min(count, JOBS_PER_COMMAND)), shape);
  }

  private static Claim claim(Request r) {
    return new Claim(r.id(), r.lease);
  }

  private static Plan ack(Request r) {
    Shape<Reply.Acked> shape = JobShapes::ackedOne;
    return submit(r, new Command.AckJobs(List.of(new Ack(claim(r), r.result))), shape);
  }

  private static Plan ackBatch(Request r) {
    AckBatch batch = acks(r);
    return ackBatch(r, batch, JobShapes.ackedMany(batch));
  }

  static Plan ackBatch(Request r, AckBatch batch, Shape<Reply.Acked> shape) {
    return batch.acks().isEmpty()
        ? new Plan.Known(new Reply.Acked(0, List.of()), shape)
        : submit(r, new Command.AckJobs(batch.acks()), shape);
  }

  /** Either whole acks or bare ids. */
  static AckBatch acks(Request r) {
    AckBatch acks = r.acks;
    return acks != null ? acks : bare(Request.present(r.ids, Field.IDS));
  }

  private static AckBatch bare(List<JobId> ids) {
    AckBatch acks = new AckBatch();
    ids.forEach(id -> acks.add(new Ack(new Claim(id, 0), null)));
    return acks;
  }

  /** Fractions are cut: the TypeScript client sends 33.3. */
  private static Plan progress(Request r) {
    require(!Double.isNaN(r.progress), INVALID_REQUEST, "missing field progress");
    return done(r, new Command.ReportProgress(claim(r), (int) r.progress, r.message));
  }
}
