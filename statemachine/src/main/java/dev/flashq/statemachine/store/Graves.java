package dev.flashq.statemachine.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where an index has stretches of deleted keys, so that reading it does not pass over them again
 * and again. It knows of those that taking the first slot leaves behind; a stretch that it does not
 * know costs time and nothing else.
 */
final class Graves {
  private static final Slot END = new Slot(Long.MAX_VALUE, Long.MAX_VALUE, 0);
  private static final int KEPT = 16;

  // Within the front: a place in each stretch, the greatest one taken, and how many graves there
  // are.
  private final TreeMap<Slot, Integer> zones = new TreeMap<>();
  // Beyond the front: between two slots.
  private final List<Gap> gaps = new ArrayList<>(0);

  /**
   * A slot was taken from the front.
   *
   * @param next the first slot now; null when there is none
   */
  void taken(Slot slot, @Nullable Slot next) {
    Slot mark = slot;
    int graves = 1;
    Map.Entry<Slot, Integer> before = before(next);
    while (before != null) {
      // Nothing lives before the first slot: it is all one stretch.
      mark = before.getKey().compareTo(mark) > 0 ? before.getKey() : mark;
      graves = (int) Math.min(Integer.MAX_VALUE, (long) graves + before.getValue());
      zones.remove(before.getKey());
      before = before(next);
    }
    note(mark, graves);
  }

  private Map.@Nullable Entry<Slot, Integer> before(@Nullable Slot next) {
    return next == null ? zones.lastEntry() : zones.lowerEntry(next);
  }

  private void note(Slot mark, int graves) {
    zones.merge(mark, graves, Math::max);
    if (zones.size() > KEPT) {
      zones.entrySet().stream()
          .min(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey)
          .ifPresent(zones::remove);
    }
  }

  /**
   * The front is about to end at {@code bound}: the stretches behind that become gaps.
   *
   * @param front the slots still in memory, with those that are to leave it
   * @param oldBound where the front ended; null when nothing is stored beyond
   */
  void cut(TreeSet<Slot> front, Slot bound, @Nullable Slot oldBound) {
    for (Map.Entry<Slot, Integer> zone : List.copyOf(zones.tailMap(bound, true).entrySet())) {
      Slot mark = zone.getKey();
      zones.remove(mark);
      Slot start = front.lower(mark);
      Slot end = front.higher(mark);
      if (start != null && start.compareTo(bound) >= 0 && !front.contains(mark)) {
        add(new Gap(start, mark, end != null ? end : orEnd(oldBound), zone.getValue()));
      }
    }
  }

  private static Slot orEnd(@Nullable Slot bound) {
    return bound == null ? END : bound;
  }

  private void add(Gap gap) {
    gaps.add(gap);
    if (gaps.size() > KEPT) {
      gaps.remove(gaps.stream().min(Comparator.comparingInt(Gap::graves)).orElseThrow());
    }
  }

  /** A slot was stored beyond the front: a gap that it stands in ends or begins there. */
  void stored(Slot slot) {
    gaps.replaceAll(gap -> gap.contains(slot) ? gap.without(slot) : gap);
  }

  /** Where the next slot behind this one can be at the earliest; null when nothing is known. */
  @Nullable Slot behind(Slot slot) {
    for (Gap gap : gaps) {
      if (gap.start.compareTo(slot) == 0) {
        return gap.end;
      }
    }
    return null;
  }

  /** The front reaches to {@code bound} now; null when it holds everything. */
  void reach(@Nullable Slot bound) {
    for (Gap gap : List.copyOf(gaps)) {
      if (bound == null || gap.start.compareTo(bound) < 0) {
        gaps.remove(gap);
        note(gap.mark, gap.graves);
      }
    }
  }

  void clear() {
    zones.clear();
    gaps.clear();
  }

  /** No slot is stored between start and end; the graves lie at or before the mark. */
  private record Gap(Slot start, Slot mark, Slot end, int graves) {
    boolean contains(Slot slot) {
      return slot.compareTo(start) > 0 && slot.compareTo(end) < 0;
    }

    Gap without(Slot slot) {
      return slot.compareTo(mark) <= 0
          ? new Gap(slot, mark, end, graves)
          : new Gap(start, mark, slot, graves);
    }
  }
}
