package dev.flashq.statemachine.store;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered index of one column under a prefix, whose front is kept in memory.
 *
 * <p>The front holds every slot below {@code bound}; when it is used up it is read on from there,
 * so taking from the front never passes over the graves of what was taken before; {@link Graves}
 * helps when a front had to be given up in between. {@code bound == null} means that nothing lies
 * beyond.
 */
public final class Index {
  private final Tables tables;
  private final Column column;
  private final byte[] prefix;
  private final FrontBudget budget;
  private final FrontBudget.Front front;
  private final Graves graves = new Graves();
  private @Nullable Slot bound;
  private int refill = FrontBudget.FIRST_SLOTS;

  /**
   * @param empty whether nothing is stored under the prefix yet
   */
  public Index(Tables tables, Column column, byte[] prefix, FrontBudget budget, boolean empty) {
    this.tables = tables;
    this.column = column;
    this.prefix = prefix;
    this.budget = budget;
    this.front = budget.front(() -> shrink(0));
    this.bound = empty ? null : new Slot(Long.MIN_VALUE, Long.MIN_VALUE, 0);
  }

  /** Puts a slot in a place where none is. */
  public void put(Slot slot) {
    tables.insert(column, slot.key(prefix), Bytes.of(slot.value()));
    added(slot);
  }

  /**
   * Puts a slot, whatever is in its place; the stored value begins with the slot's value and goes
   * on with more.
   */
  public void put(Slot slot, byte[] value) {
    tables.put(column, slot.key(prefix), value);
    added(slot);
  }

  private void added(Slot slot) {
    if (bound == null || slot.compareTo(bound) < 0) {
      budget.add(front, slot);
      cut();
    } else {
      graves.stored(slot);
    }
  }

  public void remove(Slot slot) {
    tables.delete(column, slot.key(prefix));
    if (bound == null || slot.compareTo(bound) < 0) {
      boolean first = !front.slots.isEmpty() && front.slots.first().compareTo(slot) == 0;
      budget.remove(front, slot);
      if (first) {
        graves.taken(slot, front.slots.isEmpty() ? bound : front.slots.first());
      }
    }
  }

  /** The first slot, or null when there is none. */
  public @Nullable Slot first() {
    if (front.slots.isEmpty() && bound != null) {
      refill();
    }
    return front.slots.isEmpty() ? null : front.slots.first();
  }

  /** Up to {@code limit} slots from the first on. */
  public List<Slot> list(int limit) {
    var slots = new ArrayList<Slot>();
    Slot first = first();
    if (first != null) {
      tables.scan(
          column,
          prefix,
          first.key(prefix),
          (key, value) -> slots.add(Slot.of(key, value, prefix.length)) && slots.size() < limit);
    }
    return slots;
  }

  /** The stored value of a slot. */
  public byte @Nullable [] stored(Slot slot) {
    return tables.get(column, slot.key(prefix));
  }

  /** Drops the memory of the front; it is read again when needed. */
  public void forget() {
    budget.clear(front);
    graves.clear();
    bound = new Slot(Long.MIN_VALUE, Long.MIN_VALUE, 0);
    refill = FrontBudget.FIRST_SLOTS;
  }

  private void cut() {
    if (front.slots.size() > 2 * FrontBudget.FRONT_SLOTS) {
      shrink(FrontBudget.FRONT_SLOTS);
    }
  }

  /** Lets the last slots of the front go from memory. */
  private void shrink(int size) {
    if (front.slots.size() <= size) {
      return;
    }
    Slot last = front.slots.last();
    Slot first = last;
    for (int kept = front.slots.size(); kept > size + 1; kept--) {
      first = requireNonNull(front.slots.lower(first));
    }
    graves.cut(front.slots, first, bound);
    bound = first;
    refill = Math.min(refill, Math.max(size, FrontBudget.FIRST_SLOTS));
    while (!front.slots.isEmpty() && front.slots.last().compareTo(first) >= 0) {
      budget.remove(front, front.slots.last());
    }
  }

  private void refill() {
    Slot from = bound;
    while (from != null && front.slots.size() < refill) {
      from = read(from);
    }
    bound = from;
    graves.reach(from);
    refill = Math.min(2 * refill, FrontBudget.FRONT_SLOTS);
  }

  /** Reads slots from {@code from} on; answers where to go on, or null when nothing follows. */
  private @Nullable Slot read(Slot from) {
    var next = new Slot @Nullable [1];
    tables.scan(
        column,
        prefix,
        from.key(prefix),
        (key, value) -> {
          Slot slot = Slot.of(key, value, prefix.length);
          if (front.slots.size() >= refill) {
            next[0] = slot;
            return false;
          }
          budget.add(front, slot);
          next[0] = graves.behind(slot);
          return next[0] == null;
        });
    return next[0];
  }
}
