package dev.flashq.cluster.simulation;

/** A promise that was not kept. */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String promise;

  /**
   * @param promise the checker that found it
   */
  Violation(String promise, String what) {
    super(promise + ": " + what, null, false, false);
    this.promise = promise;
  }

  String promise() {
    return promise;
  }
}
