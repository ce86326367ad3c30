package dev.flashq.statemachine.store;

import java.util.LinkedHashSet;
import java.util.TreeSet;

/**
 * Bounds the memory of all index fronts together. When there are too many slots, the fronts that
 * were used longest ago are forgotten; what is in memory never changes what an index answers.
 */
public final class FrontBudget {
  /** Slots that one front is filled up to at most. */
  public static final int FRONT_SLOTS = 4096;

  /** Slots that a front is filled up to first; each time it has been used up, twice as many. */
  static final int FIRST_SLOTS = 512;

  private final int maxSlots;
  // Insertion order is order of use: a used front is taken out and put in again.
  private final LinkedHashSet<Front> byUse = new LinkedHashSet<>();
  private int slots;

  /**
   * @param maxSlots slots of about 100 bytes each; some more while one entry is applied
   */
  public FrontBudget(int maxSlots) {
    this.maxSlots = maxSlots;
  }

  Front front(Runnable forget) {
    return new Front(forget);
  }

  void add(Front front, Slot slot) {
    if (front.slots.isEmpty()) {
      byUse.add(front);
    }
    if (front.slots.add(slot)) {
      slots++;
    }
  }

  void remove(Front front, Slot slot) {
    if (front.slots.remove(slot)) {
      slots--;
      if (front.slots.isEmpty()) {
        byUse.remove(front);
      }
    }
  }

  void clear(Front front) {
    slots -= front.slots.size();
    front.slots.clear();
    byUse.remove(front);
  }

  /** Called between entries, when no index is in use. */
  public void enforce() {
    while (slots > maxSlots && !byUse.isEmpty()) {
      byUse.getFirst().forget.run();
    }
  }

  public int slots() {
    return slots;
  }

  static final class Front {
    final TreeSet<Slot> slots = new TreeSet<>();
    private final Runnable forget;

    private Front(Runnable forget) {
      this.forget = forget;
    }
  }
}
