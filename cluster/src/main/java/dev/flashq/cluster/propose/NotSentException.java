package dev.flashq.cluster.propose;

/** An attempt that certainly did not put its entry into the log. */
public final class NotSentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NotSentException(String reason) {
    super(reason, null, false, false);
  }
}
