package dev.flashq.security.seal;

import java.util.LinkedHashSet;
import java.util.List;

/**
 * Which master keys a node has.
 *
 * @param newest wraps and unwraps
 * @param former unwrap only, what was wrapped before
 */
public record MasterKeySettings(MasterKeyReference newest, List<MasterKeyReference> former) {
  /** Former keys at most. */
  public static final int FORMER = 4;

  /**
   * @throws IllegalArgumentException with a sentence when there are too many, or one twice
   */
  public MasterKeySettings {
    former = List.copyOf(former);
    if (former.size() > FORMER) {
      throw new IllegalArgumentException("there are at most " + FORMER + " former master keys");
    }
    var all = new LinkedHashSet<>(former);
    if (all.size() < former.size() || all.contains(newest)) {
      throw new IllegalArgumentException("a master key is named twice");
    }
  }
}
