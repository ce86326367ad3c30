package dev.flashq.security.secrets;

/** A secret that cannot be read now; the message says why, and nothing of any value. */
public final class SecretException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What went wrong below is left out: nobody knows what its words hold. */
  public SecretException(String sentence) {
    super(sentence, null, false, false);
  }

  public String sentence() {
    return String.valueOf(getMessage());
  }
}
