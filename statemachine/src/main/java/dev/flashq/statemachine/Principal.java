package dev.flashq.statemachine;

/** Who asks: the name that the access rules know. */
public record Principal(String name) {
  /** A client of a node that has no tokens configured. */
  public static final Principal ANONYMOUS = new Principal("anonymous");

  /** The cluster itself: ticks and other duties of the leader. */
  public static final Principal SYSTEM = new Principal("system");
}
