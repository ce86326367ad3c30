package dev.flashq.security.seal;

/** Something cannot be opened with the keys that there are. The message holds nothing of it. */
public final class UnreadableException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnreadableException(String sentence) {
    super(sentence, null, false, false);
  }
}
