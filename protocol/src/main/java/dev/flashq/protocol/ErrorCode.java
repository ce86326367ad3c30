package dev.flashq.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused. The name is the `code` on the wire, the number stands in stored
 * answers: neither is ever changed or used again.
 */
public enum ErrorCode {
  /** The request cannot be understood: syntax, a missing field, a wrong type or range. */
  INVALID_REQUEST(1, 400, false),
  UNKNOWN_COMMAND(2, 400, false),
  INVALID_QUEUE_NAME(3, 400, false),
  /** Job data, result or text above its limit. */
  DATA_TOO_LARGE(4, 413, false),
  /** More items in one request than allowed. */
  BATCH_TOO_LARGE(5, 400, false),
  FRAME_TOO_LARGE(6, 413, false),
  UNAUTHENTICATED(7, 401, false),
  INVALID_TOKEN(8, 401, false),
  FORBIDDEN(9, 403, false),
  JOB_NOT_FOUND(10, 404, false),
  /** The job is in a state in which the command has no meaning. */
  WRONG_STATE(11, 409, false),
  /** The lease named in the request is not the job's current one: somebody else holds the job. */
  LEASE_LOST(12, 409, false),
  DUPLICATE_KEY(13, 409, false),
  DEBOUNCED(14, 409, false),
  /** The awaited job ended without success. */
  JOB_FAILED(15, 409, false),
  /** The wait ended before the awaited thing happened. */
  WAIT_TIMEOUT(16, 408, false),
  /**
   * The cluster's answer for this request id is no longer kept; the request was not carried out
   * again.
   */
  REQUEST_ID_EXPIRED(17, 409, false),
  /** Too many unanswered requests, connections, or stored things of a kind. */
  LIMIT_EXCEEDED(18, 429, true),
  /** No leader within the time limit. The command was not carried out. */
  SERVICE_UNAVAILABLE(19, 503, true),
  /**
   * The cluster did not answer in time after the command was proposed: it may or may not take
   * effect.
   */
  OUTCOME_UNKNOWN(20, 503, true),
  /** The command needs a feature level that the cluster has not reached. */
  FEATURE_LEVEL(21, 409, false),
  /** A bug in the server. The command had no effect. */
  INTERNAL_ERROR(22, 500, true),
  TOKEN_NOT_FOUND(23, 404, false),
  ROLE_NOT_FOUND(24, 404, false),
  /** What the command would do could not be recorded in the audit trail. It had no effect. */
  AUDIT_FULL(25, 507, true),
  /** A quota allows no more pushes at present; the sentence says for how many milliseconds. */
  RATE_LIMITED(26, 429, true),
  /** Data breaks a schema or a policy of its queue; the sentence says where. */
  VALIDATION_ERROR(27, 422, false),
  /** There is no erasure of the number, or it is none of who asks. */
  ERASURE_NOT_FOUND(28, 404, false),
  /** The node that was asked has no key for what is encrypted. The command had no effect. */
  KEY_UNAVAILABLE(29, 503, true);

  private static final List<ErrorCode> ALL = List.of(values());

  private final int number;
  private final int httpStatus;
  private final boolean retryable;

  ErrorCode(int number, int httpStatus, boolean retryable) {
    this.number = number;
    this.httpStatus = httpStatus;
    this.retryable = retryable;
  }

  public int number() {
    return number;
  }

  /** The code with the number; null when this version does not know it. */
  public static @Nullable ErrorCode of(int number) {
    for (ErrorCode code : ALL) {
      if (code.number == number) {
        return code;
      }
    }
    return null;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same request may succeed later without a change. */
  public boolean retryable() {
    return retryable;
  }
}
