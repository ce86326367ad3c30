package dev.flashq.protocol;

/** Why a request was refused. The name is the `code` on the wire; names are never changed. */
public enum ErrorCode {
  /** The request cannot be understood: syntax, a missing field, a wrong type or range. */
  INVALID_REQUEST(400, false),
  UNKNOWN_COMMAND(400, false),
  INVALID_QUEUE_NAME(400, false),
  /** Job data, result or text above its limit. */
  DATA_TOO_LARGE(413, false),
  /** More items in one request than allowed. */
  BATCH_TOO_LARGE(400, false),
  FRAME_TOO_LARGE(413, false),
  UNAUTHENTICATED(401, false),
  INVALID_TOKEN(401, false),
  FORBIDDEN(403, false),
  JOB_NOT_FOUND(404, false),
  /** The job is in a state in which the command has no meaning. */
  WRONG_STATE(409, false),
  /** The lease named in the request is not the job's current one: somebody else holds the job. */
  LEASE_LOST(409, false),
  DUPLICATE_KEY(409, false),
  DEBOUNCED(409, false),
  /** The awaited job ended without success. */
  JOB_FAILED(409, false),
  /** The wait ended before the awaited thing happened. */
  WAIT_TIMEOUT(408, false),
  /**
   * The cluster's answer for this request id is no longer kept; the request was not carried out
   * again.
   */
  REQUEST_ID_EXPIRED(409, false),
  /** Too many unanswered requests, connections, or stored things of a kind. */
  LIMIT_EXCEEDED(429, true),
  /** No leader within the time limit. The command was not carried out. */
  SERVICE_UNAVAILABLE(503, true),
  /**
   * The cluster did not answer in time after the command was proposed: it may or may not take
   * effect.
   */
  OUTCOME_UNKNOWN(503, true),
  /** The command needs a feature level that the cluster has not reached. */
  FEATURE_LEVEL(409, false),
  /** A bug in the server. The command had no effect. */
  INTERNAL_ERROR(500, true);

  private final int httpStatus;
  private final boolean retryable;

  ErrorCode(int httpStatus, boolean retryable) {
    this.httpStatus = httpStatus;
    this.retryable = retryable;
  }

  public int httpStatus() {
    return httpStatus;
  }

  /** Whether the same request may succeed later without a change. */
  public boolean retryable() {
    return retryable;
  }
}
