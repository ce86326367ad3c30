package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;
import static dev.flashq.transport.wire.Requests.ask;
import static dev.flashq.transport.wire.Requests.done;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.Rules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what is to be done for a request about a queue or about all. */
final class QueueRequests {
  /** Jobs on a page when the request does not say. */
  private static final long PAGE = 100;

  private static final Refused CLEAN_STATE =
      new Refused(INVALID_REQUEST, "Invalid state. Use: waiting, delayed, completed, failed");

  private static final Shape<Reply> REMOVED =
      (reply, answer) -> QueueShapes.removed((Reply.Removed) reply, answer);
  private static final Shape<Reply> MOVED =
      (reply, answer) -> QueueShapes.moved((Reply.Removed) reply, answer);

  private QueueRequests() {}

  static Plan plan(Cmd cmd, Request r, boolean go) {
    return switch (cmd) {
      case PAUSE -> done(r, new Command.SetPaused(r.queue(), true));
      case RESUME -> done(r, new Command.SetPaused(r.queue(), false));
      case ISPAUSED -> ask(new Query.GetQueue(r.queue()), QueueShapes::paused);
      case RATELIMIT -> done(r, new Command.SetRateLimit(r.queue(), rateLimit(r)));
      case RATELIMITCLEAR -> done(r, new Command.SetRateLimit(r.queue(), null));
      case SETCONCURRENCY -> done(r, new Command.SetConcurrency(r.queue(), concurrency(r)));
      case CLEARCONCURRENCY -> done(r, new Command.SetConcurrency(r.queue(), null));
      case LISTQUEUES -> new Plan.Run<>(Listing::allQueues, QueueShapes.queues(go));
      case COUNT -> ask(new Query.GetQueue(r.queue()), QueueShapes::count);
      case GETJOBCOUNTS -> ask(new Query.GetQueue(r.queue()), QueueShapes::counts);
      case GETJOBS -> jobs(r);
      case DRAIN -> new Plan.Run<>(Removal.drain(r.queue()), REMOVED);
      case CLEAN -> clean(r);
      case OBLITERATE -> new Plan.Run<>(Removal.obliterate(r.queue()), REMOVED);
      case DLQ -> deadJobs(r);
      case RETRYDLQ -> retry(r);
      case PURGEDLQ -> new Plan.Run<>(Removal.purge(r.queue()), REMOVED);
      case STATS -> new Plan.Run<>(Listing::overview, QueueShapes::stats);
      case METRICS -> new Plan.Run<>(Listing::overview, QueueShapes::metrics);
      default -> throw new IllegalArgumentException("not about a queue: " + cmd);
    };
  }

  private static RateLimit rateLimit(Request r) {
    return r.rateLimit != null ? r.rateLimit : Rules.checked(new RateLimit(r.limit(), 1000));
  }

  private static int concurrency(Request r) {
    long limit = r.limit();
    require(
        limit >= 0 && limit <= Integer.MAX_VALUE,
        INVALID_REQUEST,
        "limit is between 0 and 2147483647");
    return (int) limit;
  }

  /** A number of items; the query cuts it to the size of a page. */
  private static int page(long limit) {
    require(limit >= 0, INVALID_REQUEST, "limit is not negative");
    return (int) Math.min(limit, Limits.PAGE);
  }

  private static Plan jobs(Request r) {
    return jobs(r, JobShapes::listing, AuditShapes::jobs);
  }

  static Plan jobs(Request r, Shape<Query.Page> shape, Shape<Query.AuditPage> ofAudit) {
    @Nullable QueueName queue = r.queue == null ? null : r.queue();
    long wanted = r.limit(PAGE);
    require(wanted >= 0, INVALID_REQUEST, "limit is not negative");
    int limit = (int) Math.min(wanted, Limits.JOBS_PAGE);
    ByteString after = Cursors.place(r.cursor);
    require(after.isEmpty() || r.offset == 0, INVALID_REQUEST, "a page has a cursor or an offset");
    require(
        r.offset >= 0 && r.offset <= Limits.OFFSET,
        INVALID_REQUEST,
        "offset is between 0 and " + Limits.OFFSET);
    if (QueueName.AUDIT.equals(queue)) {
      return AuditRequests.asJobs(limit, (int) r.offset, ofAudit);
    }
    if (r.state != null && States.neverReached(r.state)) {
      return new Plan.Known(new Query.Page(List.of(), 0), shape);
    }
    return ask(
        new Query.ListJobs(queue, States.filter(r.state), limit, (int) r.offset, after), shape);
  }

  private static Plan clean(Request r) {
    // The Go client sends an empty state when its caller names none.
    JobState state =
        r.state == null || r.state.isEmpty() ? JobState.COMPLETED : States.filter(r.state);
    if (state == null || !States.cleanable(state)) {
      return Requests.refused(CLEAN_STATE);
    }
    long limit = r.limit(Long.MAX_VALUE);
    require(limit >= 0, INVALID_REQUEST, "limit is not negative");
    if (limit == 0) {
      return new Plan.Known(new Reply.Removed(0, false), REMOVED);
    }
    String queues = Request.present(r.queue, Field.QUEUE);
    return new Plan.Run<>(
        queues.contains("*")
            ? Removal.clean(queues, state, r.graceMs, limit)
            : Removal.clean(r.queue(), state, r.graceMs, limit),
        REMOVED);
  }

  private static Plan deadJobs(Request r) {
    int count = page(r.count == Request.ABSENT ? PAGE : r.count);
    return ask(new Query.ListDeadJobs(r.queue(), count), JobShapes::dead);
  }

  private static Plan retry(Request r) {
    return r.id == null
        ? new Plan.Run<>(Removal.retryAll(r.queue()), MOVED)
        : Requests.submit(r, new Command.RetryDeadJobs(r.queue(), r.id, 1), MOVED);
  }
}
