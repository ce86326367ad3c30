package dev.flashq.security.seal;

/** A key was taken back while somebody was about to use it: look for it again. */
public final class WipedKeyException extends Exception {
  private static final long serialVersionUID = 1L;

  WipedKeyException() {
    super("a key that has been wiped", null, false, false);
  }
}
