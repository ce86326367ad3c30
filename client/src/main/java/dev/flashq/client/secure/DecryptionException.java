package dev.flashq.client.secure;

/** Data that should be sealed cannot be opened; the message shows nothing of it. */
public final class DecryptionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DecryptionException(String sentence) {
    super(sentence);
  }
}
