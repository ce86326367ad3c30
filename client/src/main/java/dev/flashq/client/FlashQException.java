package dev.flashq.client;

import dev.flashq.protocol.ErrorCode;

/** A request was refused, or its outcome could not be learnt in time. */
public final class FlashQException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public FlashQException(ErrorCode code, String sentence) {
    super(code + ": " + sentence);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}
