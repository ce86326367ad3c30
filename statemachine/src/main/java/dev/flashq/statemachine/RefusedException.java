package dev.flashq.statemachine;

/**
 * A question that was not answered, and why. Questions fail with it where commands reply {@link
 * Reply.Refused}.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Reply.Refused refusal;

  public RefusedException(Reply.Refused refusal) {
    super(refusal.code() + ": " + refusal.detail(), null, false, false);
    this.refusal = refusal;
  }

  public Reply.Refused refusal() {
    return refusal;
  }
}
