package dev.flashq.cluster.simulation;

import java.util.Optional;

/** Violations that are known and not mended yet, each under its issue. */
final class Known {
  static final String RATES =
      "13.2: a full bucket and its refill give more than the limit in a window";

  static final String REPEATED_PULL =
      "13.45: a repeated pull loses its lease when its first node gives the job back";

  private Known() {}

  /** The issue that a violation belongs to. */
  static Optional<String> issue(Plan plan, Violation violation) {
    if (plan.faults().stream().anyMatch(Fault::touchesClocks)) {
      return Optional.of("13.15: the clock of the leader is believed without bound");
    }
    return Optional.empty();
  }
}
