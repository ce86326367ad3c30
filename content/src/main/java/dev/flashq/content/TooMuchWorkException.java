package dev.flashq.content;

/** A check would take more work than any data is worth. */
final class TooMuchWorkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TooMuchWorkException() {
    super("too much work", null, false, false);
  }
}
