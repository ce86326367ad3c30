package dev.flashq.security.secrets;

/** A store of secrets that is asked by the network. */
public interface SecretSource extends AutoCloseable {
  /** Bytes that a secret, or an answer that holds one, has at most. */
  int ANSWER_BYTES = 64 * 1024;

  /**
   * Seconds that a request takes at most, its answer and what the store's client repeats included.
   */
  int SECONDS = 10;

  /** What stands at a place now. One caller at a time. */
  StoredSecret read(String place) throws SecretException;

  @Override
  void close();
}
