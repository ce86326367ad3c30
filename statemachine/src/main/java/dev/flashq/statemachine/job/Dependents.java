package dev.flashq.statemachine.job;

import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.util.ArrayList;
import java.util.List;

/** Who waits for whom. */
public final class Dependents {
  private static final byte[] NONE = new byte[0];

  private final Tables tables;

  public Dependents(Tables tables) {
    this.tables = tables;
  }

  void add(long awaited, long waiting) {
    tables.put(Column.DEPENDENTS, Bytes.of(awaited, waiting), NONE);
  }

  void remove(long awaited, long waiting) {
    tables.delete(Column.DEPENDENTS, Bytes.of(awaited, waiting));
  }

  /**
   * Some jobs that wait for the job, the smallest ids first; fewer than asked for when these are
   * all.
   *
   * @param from the smallest id asked for
   */
  List<Long> of(long awaited, long from, int limit) {
    var waiting = new ArrayList<Long>();
    tables.scan(
        Column.DEPENDENTS,
        Bytes.of(awaited),
        Bytes.of(awaited, from),
        (key, _) -> waiting.add(Bytes.longAt(key, 8)) && waiting.size() < limit);
    return waiting;
  }
}
