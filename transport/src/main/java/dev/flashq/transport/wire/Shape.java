package dev.flashq.transport.wire;

/**
 * How an outcome becomes the fields of an answer. Refusals never come here: they look alike
 * everywhere.
 *
 * @param <T> the kind of reply, or the answer of a query
 */
@FunctionalInterface
public interface Shape<T> {
  /**
   * Calls {@link Answer#ok} with the number of fields and writes them, or {@link Answer#refuse}.
   */
  void write(T outcome, Answer answer);
}
