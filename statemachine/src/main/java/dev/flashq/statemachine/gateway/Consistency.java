package dev.flashq.statemachine.gateway;

/** How fresh an answer must be. */
public enum Consistency {
  /** Sees everything that was answered before the question was asked, on any node. */
  LINEARIZABLE,
  /** Whatever this node has applied; for dashboards and metrics. */
  LOCAL
}
