package dev.flashq.statemachine;

import static dev.flashq.protocol.ErrorCode.BATCH_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.DEBOUNCED;
import static dev.flashq.protocol.ErrorCode.DUPLICATE_KEY;
import static dev.flashq.protocol.ErrorCode.ERASURE_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.FEATURE_LEVEL;
import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.ErrorCode.JOB_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.LEASE_LOST;
import static dev.flashq.protocol.ErrorCode.RATE_LIMITED;
import static dev.flashq.protocol.ErrorCode.REQUEST_ID_EXPIRED;
import static dev.flashq.protocol.ErrorCode.ROLE_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;
import static dev.flashq.protocol.ErrorCode.TOKEN_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.UNAUTHENTICATED;
import static dev.flashq.protocol.ErrorCode.VALIDATION_ERROR;
import static dev.flashq.protocol.ErrorCode.WRONG_STATE;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Reply.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why the engine refuses a command for good. The number stands in stored answers and is never
 * changed or used again; the sentence may change with any version.
 */
public enum Reason {
  UNKNOWN(1, JOB_NOT_FOUND, "Job {job} not found"),
  NOT_HELD(2, JOB_NOT_FOUND, "Job {job} not in processing"),
  NO_PROGRESS(3, JOB_NOT_FOUND, "Job {job} not found in processing"),
  NOT_DEAD(4, JOB_NOT_FOUND, "Job {job} not found in DLQ"),
  NOTHING_TO_PRIORITIZE(5, JOB_NOT_FOUND, "Job {job} not found or cannot change priority"),
  NOTHING_TO_PROMOTE(6, JOB_NOT_FOUND, "Job {job} not found or not in delayed state"),
  NOTHING_TO_DISCARD(7, JOB_NOT_FOUND, "Job {job} not found or already in DLQ/completed"),
  ENDED_BEFORE_CANCEL(8, WRONG_STATE, "Job {job} cannot be cancelled (already completed/failed)"),
  ENDED_BEFORE_PRIORITY(9, WRONG_STATE, "Job {job} not found or cannot change priority"),
  NOT_DELAYED(10, WRONG_STATE, "Job {job} is not delayed"),
  ENDED_BEFORE_DISCARD(11, WRONG_STATE, "Job {job} not found or already in DLQ/completed"),
  LEASE_ENDED(12, LEASE_LOST, "Job {job} is no longer held under lease {number}"),
  KEY_HELD(13, DUPLICATE_KEY, "Duplicate job with key: {text}"),
  PUSHED_RECENTLY(14, DEBOUNCED, "Debounced: job with id '{text}' was pushed recently"),
  AWAITS_UNBORN(15, INVALID_REQUEST, "depends_on names job {job}, which was never pushed"),
  AWAITS_FAILED(16, WRONG_STATE, "depends_on names job {job}, which has failed"),
  AWAITS_GONE(
      17,
      WRONG_STATE,
      "depends_on names job {job}, which is gone and is not known to have completed"),
  FOR_THE_LEADER(18, FORBIDDEN, "unauthorized: only the cluster's leader says this"),
  LEVEL_REACHED(
      19, FEATURE_LEVEL, "The cluster has reached feature level {number} and stays there"),
  TOO_MANY_ITEMS(20, BATCH_TOO_LARGE, "at most {number} items in one command"),
  ANSWER_NOT_KEPT(
      21, REQUEST_ID_EXPIRED, "This request was answered before; its answer is no longer kept"),
  NOT_PERMITTED(22, FORBIDDEN, "Unauthorized: token may not {operation} queue {text}"),
  NOT_PERMITTED_ON_CLUSTER(23, FORBIDDEN, "Unauthorized: token may not {operation} the cluster"),
  NO_CREDENTIAL(24, UNAUTHENTICATED, "Authentication required"),
  NAME_TAKEN(25, WRONG_STATE, "There is a token of the name {text} already"),
  NO_TOKEN(26, TOKEN_NOT_FOUND, "There is no token of the name {text} that a command has made"),
  NO_ROLE(27, ROLE_NOT_FOUND, "There is no role of the name {text}"),
  RATE_EXCEEDED(28, RATE_LIMITED, "Rate limit exceeded for queue: {text}, retry after: {number}"),
  DATA_REFUSED(29, VALIDATION_ERROR, "{text}"),
  DATA_RULES_CHANGED(
      30,
      SERVICE_UNAVAILABLE,
      "Service unavailable: the rules for job data keep changing, retry later"),
  NO_ERASURE(31, ERASURE_NOT_FOUND, "There is no erasure {job}"),
  NOT_ENCRYPTED(32, WRONG_STATE, "There is no key of the pattern {text}");

  private static final List<Reason> ALL = List.of(values());

  private final int number;
  private final ErrorCode code;
  private final String sentence;

  Reason(int number, ErrorCode code, String sentence) {
    this.number = number;
    this.code = code;
    this.sentence = sentence;
  }

  public int number() {
    return number;
  }

  public ErrorCode code() {
    return code;
  }

  /** The reason with the number; null when this version does not know it. */
  public static @Nullable Reason of(int number) {
    for (Reason reason : ALL) {
      if (reason.number == number) {
        return reason;
      }
    }
    return null;
  }

  public Refused refuses() {
    return refuses(new Detail(this, 0, 0, ""));
  }

  public Refused refuses(long job) {
    return refuses(new Detail(this, job, 0, ""));
  }

  public Refused refuses(long job, long other) {
    return refuses(new Detail(this, job, other, ""));
  }

  public Refused refuses(String text) {
    return refuses(new Detail(this, 0, 0, text));
  }

  /** What a push is refused with that a quota does not allow for so many milliseconds. */
  public static Refused rateExceeded(QueueName queue, long waitMs) {
    return refuses(new Detail(RATE_EXCEEDED, 0, waitMs, queue.value()));
  }

  /** What an operation on a queue is refused with; null: on the cluster. */
  public static Refused notPermitted(Operation operation, @Nullable QueueName queue) {
    return queue == null
        ? refuses(new Detail(NOT_PERMITTED_ON_CLUSTER, 0, operation.number(), ""))
        : refuses(new Detail(NOT_PERMITTED, 0, operation.number(), queue.value()));
  }

  public static Refused refuses(Detail detail) {
    return new Refused(detail.reason.code, detail.sentence(), detail);
  }

  private static String phrase(long operation) {
    Operation known = Operation.of((int) operation);
    return known == null ? "do this in" : known.phrase();
  }

  /**
   * A reason with what its sentence names.
   *
   * @param job 0: none
   * @param number a lease, a level, a limit, an operation, milliseconds
   * @param text of a user
   */
  public record Detail(Reason reason, long job, long number, String text) {
    String sentence() {
      return reason
          .sentence
          .replace("{job}", Long.toString(job))
          .replace("{number}", Long.toString(number))
          .replace("{operation}", phrase(number))
          .replace("{text}", text);
    }
  }
}
