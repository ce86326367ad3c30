package dev.flashq.security.secrets;

/** A node cannot start without this secret; the message is a sentence for the operator. */
public final class UnavailableSecretException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnavailableSecretException(String sentence) {
    super(sentence, null, false, false);
  }

  static UnavailableSecretException of(SecretReference reference, SecretException cause) {
    return new UnavailableSecretException(
        "The secret " + reference + " cannot be read: " + cause.sentence());
  }
}
