package dev.flashq.statemachine;

/**
 * The disk or the database failed, or the replica differs from the others: it must stop and say so.
 */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String sentence, Throwable cause) {
    super(sentence, cause);
  }

  public StorageException(String sentence) {
    super(sentence);
  }
}
