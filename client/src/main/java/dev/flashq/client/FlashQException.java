package dev.flashq.client;

import dev.flashq.protocol.ErrorCode;

/** A request was refused, or its outcome could not be learnt in time. */
public final class FlashQException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String sentence;

  public FlashQException(ErrorCode code, String sentence) {
    super(code + ": " + sentence);
    this.code = code;
    this.sentence = sentence;
  }

  public ErrorCode code() {
    return code;
  }

  /** What the message says after the code. */
  public String sentence() {
    return sentence;
  }
}
