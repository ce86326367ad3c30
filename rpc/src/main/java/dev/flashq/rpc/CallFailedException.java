package dev.flashq.rpc;

/** A call has no answer. */
public final class CallFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean certainlyNotSent;

  CallFailedException(String sentence, boolean certainlyNotSent) {
    // Made for every call on a connection that ends; nobody reads where.
    super(sentence, null, false, false);
    this.certainlyNotSent = certainlyNotSent;
  }

  /** Whether no byte of the call has left: the other member knows nothing of it. */
  public boolean isCertainlyNotSent() {
    return certainlyNotSent;
  }
}
