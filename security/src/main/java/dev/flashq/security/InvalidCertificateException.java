package dev.flashq.security;

/**
 * Certificates or keys that a node cannot start with; the message is a sentence for the operator.
 */
public final class InvalidCertificateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidCertificateException(String sentence) {
    super(sentence);
  }

  public InvalidCertificateException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
