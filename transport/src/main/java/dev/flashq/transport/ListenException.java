package dev.flashq.transport;

/** A port is in use, or its address is not this machine's. */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ListenException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
