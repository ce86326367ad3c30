package dev.flashq.statemachine;

/**
 * What the members of a cluster can do together. Commands, fields and behaviours that are new are
 * used from the level on that brings them, which is reached when all members have said that they
 * understand it. A level is never left again.
 *
 * <ul>
 *   <li>1: time that lease holders lost, and setting the replicated clock
 * </ul>
 */
public final class FeatureLevel {
  /** The greatest level that this version understands. */
  public static final int CURRENT = 1;

  private FeatureLevel() {}
}
