package dev.flashq.transport;

import static dev.flashq.protocol.ErrorCode.INTERNAL_ERROR;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.Finished;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.Page;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Queues;
import dev.flashq.statemachine.Query.Schemas;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.Reply.Refused;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes back from the gateway, before it is an answer. */
public final class Outcomes {
  private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);

  /** What an object weighs besides its user data, roughly. */
  public static final int SMALL_BYTES = 256;

  /** An outcome that knows what it keeps in memory. */
  public interface Weighed {
    long weight();
  }

  /** An outcome with a job of which something may be left out. */
  public interface OfJob {
    @Nullable JobView job();

    Object withJob(@Nullable JobView job);
  }

  private Outcomes() {}

  /** The outcome of a future; {@code delivers}: whether an ended wait is an empty delivery. */
  public static Object of(@Nullable Object value, @Nullable Throwable failure, boolean delivers) {
    if (failure != null) {
      return ofFailure(failure, delivers);
    }
    return value == null ? new Refused(INTERNAL_ERROR, "Internal error: no answer") : value;
  }

  private static Object ofFailure(Throwable failure, boolean delivers) {
    Throwable inner = failure instanceof CompletionException ? failure.getCause() : null;
    Throwable cause = inner == null ? failure : inner;
    return switch (cause) {
      case RefusedException refused -> refused.refusal();
      case InvalidValueException invalid -> new Refused(invalid.code(), invalid.sentence());
      case CancellationException _ when delivers -> Delivered.NONE;
      case CancellationException _ ->
          new Refused(SERVICE_UNAVAILABLE, "Service unavailable: the wait was ended");
      default -> {
        LOG.error("A request failed", cause);
        yield new Refused(INTERNAL_ERROR, "Internal error");
      }
    };
  }

  /** Bytes that the outcome keeps in memory, roughly. */
  public static long weight(Object outcome) {
    return switch (outcome) {
      case Delivered(List<JobView> jobs) -> weight(jobs);
      case Page page -> weight(page.jobs());
      case Found(JobView job) when job != null -> weight(job);
      case OfJob of when of.job() != null -> weight(Objects.requireNonNull(of.job()));
      case Finished(Payload result, _) -> SMALL_BYTES + bytes(result);
      case Queues(List<QueueView> queues, _) -> (long) SMALL_BYTES * (1 + queues.size());
      case Schemas(List<DataSchema> schemas, _) ->
          schemas.stream().mapToLong(schema -> SMALL_BYTES + schema.text().size()).sum();
      case Collection<?> many -> (long) SMALL_BYTES * (1 + many.size());
      case Pushed(List<?> outcomes) -> SMALL_BYTES + 64L * outcomes.size();
      case Weighed weighed -> weighed.weight();
      default -> SMALL_BYTES;
    };
  }

  /** What a delivery of so many jobs may weigh. */
  public static long expected(int jobs) {
    return Math.min(Limits.DELIVERY_BYTES, jobs * (2L * SMALL_BYTES + Limits.INLINE_BYTES));
  }

  private static long weight(List<JobView> jobs) {
    long bytes = SMALL_BYTES;
    for (JobView job : jobs) {
      bytes += weight(job);
    }
    return bytes;
  }

  private static long weight(JobView job) {
    return headBytes(job) + bytes(job.data()) + bytes(job.result());
  }

  /** Bytes of the job without data and result. */
  public static long headBytes(JobView job) {
    long bytes = 2L * SMALL_BYTES + length(job.error()) + length(job.progressMessage());
    for (String tag : job.tags()) {
      bytes += SMALL_BYTES / 4 + tag.length();
    }
    return bytes + 16L * job.options().dependsOn().size();
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  private static int bytes(@Nullable Payload payload) {
    return payload == null ? 0 : payload.bytes().size();
  }

  /** How many of the jobs fit into one answer; at least one. */
  public static int fitting(List<JobView> jobs) {
    long bytes = 0;
    int count = 0;
    for (JobView job : jobs) {
      bytes += weight(job) + job.omitted().data();
      if (bytes > Limits.DELIVERY_BYTES && count > 0) {
        break;
      }
      count++;
    }
    return count;
  }

  /** What names the deliveries, so that they can be given back. */
  public static List<Claim> claims(List<JobView> jobs) {
    return jobs.stream().map(job -> new Claim(job.id(), job.lease())).toList();
  }
}
