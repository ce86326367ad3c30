package dev.flashq.transport.connection;

import static dev.flashq.transport.Outcomes.SMALL_BYTES;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Omitted;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.Finished;
import dev.flashq.statemachine.Query.Found;
import dev.flashq.statemachine.Query.Page;
import dev.flashq.statemachine.Query.Part;
import dev.flashq.statemachine.Query.Payloads;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.transport.Outcomes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Large data and results in outcomes: the gateway leaves them out, and they are put in when there
 * is room for the answer.
 */
final class LargeData {
  /** Answers to questions hold a job twice, for clients of two kinds. */
  private static final int COPIES = 2;

  /**
   * Bytes that a byte becomes at most in the other encoding: {@code false} and a comma in JSON, or
   * a control character as an escape.
   */
  private static final int TRANSLATED = 6;

  /** Bytes of MessagePack that a byte of JSON becomes at most: {@code -0} and a comma are nine. */
  private static final int TO_MESSAGE_PACK = 3;

  private LargeData() {}

  /**
   * Bytes of memory that the answer takes at most if it becomes a large one, or if something is
   * left out of the outcome, whose weight is known; otherwise 0.
   */
  static long largeBytes(Object outcome, long weight, Payload.Encoding encoding) {
    boolean omits = omits(outcome);
    if (!omits && COPIES * TRANSLATED * weight < Limits.LARGE_ANSWER_BYTES) {
      return 0;
    }
    long bytes = answerBytes(outcome, encoding);
    return omits || bytes >= Limits.LARGE_ANSWER_BYTES ? heldBytes(outcome, encoding) : 0;
  }

  private static boolean omits(Object outcome) {
    for (JobView job : jobs(outcome)) {
      if (!job.omitted().equals(Omitted.NONE)) {
        return true;
      }
    }
    return outcome instanceof Finished(_, JobView from) && from != null;
  }

  /** What the outcome leaves out. */
  static List<Part> omitted(Object outcome) {
    if (outcome instanceof Finished(_, JobView from) && from != null) {
      return List.of(new Part(from.id(), true));
    }
    var parts = new ArrayList<Part>(0);
    for (JobView job : jobs(outcome)) {
      if (job.omitted().data() > 0) {
        parts.add(new Part(job.id(), false));
      }
      if (job.omitted().result() > 0) {
        parts.add(new Part(job.id(), true));
      }
    }
    return parts;
  }

  private static List<JobView> jobs(Object outcome) {
    return switch (outcome) {
      case Delivered(List<JobView> jobs) -> jobs;
      case Page page -> page.jobs();
      case Found(JobView job) when job != null -> List.of(job);
      case Outcomes.OfJob of when of.job() != null -> List.of(Objects.requireNonNull(of.job()));
      default -> List.of();
    };
  }

  /** The outcome with what was left out; jobs that are gone by now are left out altogether. */
  static Object with(Object outcome, Payloads large) {
    return switch (outcome) {
      case Delivered(List<JobView> jobs) -> new Delivered(with(jobs, large));
      case Page page -> new Page(with(page.jobs(), large), page.total(), page.next());
      case Found(JobView job) when job != null -> new Found(with(job, large));
      case Outcomes.OfJob of when of.job() != null ->
          of.withJob(with(Objects.requireNonNull(of.job()), large));
      case Finished(_, JobView from) when from != null ->
          new Finished(large.found().get(new Part(from.id(), true)));
      default -> outcome;
    };
  }

  private static List<JobView> with(List<JobView> jobs, Payloads large) {
    return jobs.stream().map(job -> with(job, large)).filter(Objects::nonNull).toList();
  }

  private static @Nullable JobView with(JobView job, Payloads large) {
    Omitted omitted = job.omitted();
    Payload data = omitted.data() > 0 ? found(job.id(), false, large) : job.data();
    Payload result = omitted.result() > 0 ? found(job.id(), true, large) : job.result();
    boolean gone = (omitted.data() > 0 && data == null) || (omitted.result() > 0 && result == null);
    return gone ? null : job.with(data, result, Omitted.NONE).unreadable(isUnreadable(job, large));
  }

  private static boolean isUnreadable(JobView job, Payloads large) {
    return job.unreadable()
        || large.unreadable().contains(new Part(job.id(), false))
        || large.unreadable().contains(new Part(job.id(), true));
  }

  private static @Nullable Payload found(JobId job, boolean result, Payloads large) {
    return large.found().get(new Part(job, result));
  }

  /** What is left to be known of an outcome that is written: which jobs it handed out. */
  static Object without(Object outcome) {
    return outcome instanceof Delivered(List<JobView> jobs)
        ? new Delivered(jobs.stream().map(job -> job.with(null, null, Omitted.NONE)).toList())
        : Delivered.NONE;
  }

  /** Bytes that the answer has at most, when nothing is left out of the outcome. */
  private static long answerBytes(Object outcome, Payload.Encoding encoding) {
    long bytes = SMALL_BYTES;
    for (JobView job : jobs(outcome)) {
      bytes += Outcomes.headBytes(job) * TRANSLATED;
      bytes += bytes(job.data(), encoding) + bytes(job.result(), encoding);
    }
    if (outcome instanceof Finished(Payload result, _)) {
      bytes += bytes(result, encoding);
    }
    return outcome instanceof Delivered ? bytes : COPIES * bytes;
  }

  private static long bytes(@Nullable Payload payload, Payload.Encoding encoding) {
    if (payload == null) {
      return 0;
    }
    long bytes = payload.bytes().size();
    return payload.encoding() == encoding ? bytes : TRANSLATED * bytes;
  }

  /**
   * Bytes of memory that it takes at most to write the answer, as far as it can be known: of what
   * is left out nobody knows the encoding yet.
   */
  static long heldBytes(Object outcome, Payload.Encoding encoding) {
    long bytes = SMALL_BYTES;
    for (JobView job : jobs(outcome)) {
      bytes += Outcomes.headBytes(job) * TRANSLATED * COPIES;
      bytes += job.omitted().data() + (long) job.omitted().result();
      bytes += held(job.data(), encoding) + held(job.result(), encoding);
    }
    if (outcome instanceof Finished(Payload result, JobView from)) {
      bytes += held(result, encoding) + (from == null ? 0 : from.omitted().result());
    }
    return bytes;
  }

  /** JSON is made while it is written, MessagePack before. */
  private static long held(@Nullable Payload payload, Payload.Encoding encoding) {
    if (payload == null) {
      return 0;
    }
    long bytes = payload.bytes().size();
    if (payload.encoding() == encoding) {
      return bytes;
    }
    return bytes * (encoding == Payload.Encoding.JSON ? 2 : 1 + TO_MESSAGE_PACK);
  }
}
