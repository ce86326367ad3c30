package dev.flashq.statemachine.job;

import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which jobs that are gone had completed: what depends on one of them may run. A bit per job, so
 * that it can be known long after the job is forgotten; of the last {@link #KEPT} ids.
 */
public final class CompletedIds {
  private static final int CHUNK_BITS = 10;

  /** Ids, about 40 MB on disk. */
  static final long KEPT = 1L << 28;

  private final Tables tables;

  /** Chunks that this entry has changed. */
  private final Map<Long, long[]> changed = new TreeMap<>();

  public CompletedIds(Tables tables) {
    this.tables = tables;
  }

  void add(long job) {
    long[] chunk = changed.computeIfAbsent(job >> CHUNK_BITS, this::read);
    chunk[word(job)] |= 1L << job;
  }

  boolean contains(long job) {
    long number = job >> CHUNK_BITS;
    long[] chunk = changed.get(number);
    return ((chunk == null ? read(number) : chunk)[word(job)] & 1L << job) != 0;
  }

  private static int word(long job) {
    return (int) (job >> 6) & ((1 << (CHUNK_BITS - 6)) - 1);
  }

  private long[] read(long number) {
    long[] chunk = new long[1 << (CHUNK_BITS - 6)];
    byte[] row = tables.get(Column.COMPLETED_IDS, Bytes.of(number));
    if (row != null) {
      ByteBuffer.wrap(row).asLongBuffer().get(chunk);
    }
    return chunk;
  }

  /** Puts what this entry has added into its rows. */
  public void write(long lastJob) {
    for (Map.Entry<Long, long[]> entry : changed.entrySet()) {
      byte[] row = new byte[entry.getValue().length * Long.BYTES];
      ByteBuffer.wrap(row).asLongBuffer().put(entry.getValue());
      tables.put(Column.COMPLETED_IDS, Bytes.of(entry.getKey()), row);
    }
    if (!changed.isEmpty()) {
      changed.clear();
      forgetBefore((lastJob - KEPT) >> CHUNK_BITS);
    }
  }

  /** A few at a time, which are more than come. */
  private void forgetBefore(long number) {
    if (number <= 0) {
      return;
    }
    List<byte[]> old = new ArrayList<>();
    tables.scan(
        Column.COMPLETED_IDS,
        new byte[0],
        new byte[0],
        (key, _) -> Bytes.longAt(key, 0) < number && old.add(key.clone()) && old.size() < 4);
    old.forEach(key -> tables.delete(Column.COMPLETED_IDS, key));
  }

  /** Forgets what an entry has added that was taken back. */
  public void forget() {
    changed.clear();
  }
}
