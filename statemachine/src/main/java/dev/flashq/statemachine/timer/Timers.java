package dev.flashq.statemachine.timer;

import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.FrontBudget;
import dev.flashq.statemachine.store.Index;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The one due-time index for everything but leases. */
public final class Timers {
  // Subjects are below 2^53, so kind and subject share a long and stay unique per due time.
  private static final int SUBJECT_BITS = 53;
  private static final TimerKind[] KINDS = TimerKind.values();

  private final Tables tables;
  private final Index byDue;

  public Timers(Tables tables, FrontBudget budget) {
    this.tables = tables;
    this.byDue = new Index(tables, Column.TIMERS, new byte[0], budget, false);
  }

  /** A timer; its subject has no other of the kind that is due at the same time. */
  public void put(long due, TimerKind kind, long subject) {
    byDue.put(slot(due, kind, subject));
  }

  /** A timer that carries a name; takes the place of one that is due at the same time. */
  public void put(long due, TimerKind kind, long subject, byte[] name) {
    byte[] value = Arrays.copyOf(Bytes.of(subject), 8 + name.length);
    System.arraycopy(name, 0, value, 8, name.length);
    byDue.put(slot(due, kind, subject), value);
  }

  public void remove(long due, TimerKind kind, long subject) {
    byDue.remove(slot(due, kind, subject));
  }

  /** The earliest timer. */
  public @Nullable Timer first() {
    Slot slot = byDue.first();
    return slot == null
        ? null
        : new Timer(slot.major(), KINDS[(int) (slot.minor() >>> SUBJECT_BITS)], slot.value());
  }

  /** The name that a timer carries. */
  public byte[] name(Timer timer) {
    byte[] value = byDue.stored(slot(timer.due, timer.kind, timer.subject));
    return value == null ? new byte[0] : Arrays.copyOfRange(value, 8, value.length);
  }

  public void forget() {
    byDue.forget();
  }

  private static Slot slot(long due, TimerKind kind, long subject) {
    return new Slot(due, ((long) kind.ordinal() << SUBJECT_BITS) | subject, subject);
  }

  /** Something that falls due; Unix ms. */
  public record Timer(long due, TimerKind kind, long subject) {}
}
