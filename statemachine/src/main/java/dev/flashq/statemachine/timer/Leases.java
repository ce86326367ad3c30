package dev.flashq.statemachine.timer;

import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Slot;
import dev.flashq.statemachine.store.Tables;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leases of all active jobs, ordered by their end. Most end early, so the order is kept in
 * memory only, bounded by {@link #LIMIT}, and is read from the active jobs at the start.
 */
public final class Leases {
  /** Active jobs of the whole cluster, at about 100 bytes each. */
  public static final int LIMIT = 1_000_000;

  private final Tables tables;
  private final TreeSet<Slot> byEnd = new TreeSet<>();

  public Leases(Tables tables) {
    this.tables = tables;
    load();
  }

  private void load() {
    tables.scan(
        Column.ACTIVE,
        new byte[0],
        new byte[0],
        (key, value) -> {
          long job = Bytes.longAt(key, 4);
          byEnd.add(new Slot(Bytes.longAt(value, 0), job, job));
          return true;
        });
  }

  public void put(int queue, long job, long until) {
    tables.insert(Column.ACTIVE, key(queue, job), Bytes.of(until));
    byEnd.add(new Slot(until, job, job));
  }

  public void remove(int queue, long job, long until) {
    tables.delete(Column.ACTIVE, key(queue, job));
    byEnd.remove(new Slot(until, job, job));
  }

  /** The lease that ends first; its major is the end, its value the job. */
  public @Nullable Slot first() {
    return byEnd.isEmpty() ? null : byEnd.first();
  }

  public void forget() {
    byEnd.clear();
    load();
  }

  private static byte[] key(int queue, long job) {
    byte[] key = new byte[12];
    System.arraycopy(Bytes.of(queue), 0, key, 0, 4);
    System.arraycopy(Bytes.of(job), 0, key, 4, 8);
    return key;
  }
}
