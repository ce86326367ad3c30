package dev.flashq.statemachine;

/**
 * What the members of a cluster can do together. Commands, fields and behaviours that are new are
 * used from the level on that brings them, which is reached when all members have said that they
 * understand it. A level is never left again.
 */
public final class FeatureLevel {
  /** Brings {@link Command.ExtendLeases} and {@link Command.SetClock}. */
  public static final int LOST_TIME = 1;

  /** The greatest level that this version understands. */
  public static final int CURRENT = LOST_TIME;

  private FeatureLevel() {}
}
