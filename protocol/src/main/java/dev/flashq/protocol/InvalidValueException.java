package dev.flashq.protocol;

/** A value from outside breaks a rule; becomes a refusal with the same code and sentence. */
public final class InvalidValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public InvalidValueException(ErrorCode code, String sentence) {
    super(sentence, null, false, false);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }
}
