package dev.flashq.cluster.simulation;

import java.util.Optional;

/** Violations that are known and not mended yet, each under its issue. */
final class Known {
  static final String REPEATED_PULL =
      "13.45: a repeated pull loses its lease when its first node gives the job back";

  private Known() {}

  /** The issue that a violation belongs to. */
  static Optional<String> issue(Plan plan, Violation violation) {
    return Optional.empty();
  }
}
