package dev.flashq.statemachine.store;

import com.google.protobuf.ByteString;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;

/**
 * Reading and writing for one log entry. Writes gather in a batch; a read or scan sees what is in
 * the database, so a store keeps what it wrote in this entry at hand, or calls {@link #flush}
 * before a scan.
 */
public final class Tables implements AutoCloseable {
  /** Bytes of writes in memory; more are flushed. */
  private static final int BATCH_BYTES = 32 << 20;

  private final Database db;
  private final Batch batch = new Batch();
  private final ReadOptions scans = new ReadOptions();
  private boolean flushed;
  private int rows;

  public Tables(Database db) {
    this.db = db;
  }

  public void put(Column column, byte[] key, byte[] value) {
    batch.put(column, key, value);
    written();
  }

  public void put(Column column, byte[] key, byte head, ByteString value) {
    batch.put(column, key, head, value);
    written();
  }

  public void delete(Column column, byte[] key) {
    batch.delete(column, key);
    written();
  }

  private void written() {
    rows++;
    if (batch.size() > BATCH_BYTES) {
      flush();
    }
  }

  public byte @Nullable [] get(Column column, byte[] key) {
    return db.get(column, key);
  }

  /** Makes the writes so far visible to reads and scans. */
  public void flush() {
    if (!batch.isEmpty()) {
      db.write(batch.take());
      flushed = true;
    }
  }

  /**
   * Shows keys and values from {@code from} (included) on, in key order, until the visitor says
   * false.
   *
   * @param prefix only keys that begin with it
   */
  public void scan(Column column, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
    flush();
    try (RocksIterator iterator = db.iterator(column, scans)) {
      for (iterator.seek(from); iterator.isValid(); iterator.next()) {
        byte[] key = iterator.key();
        if (!Bytes.startsWith(key, prefix) || !visitor.test(key, iterator.value())) {
          return;
        }
      }
      Views.check(iterator);
    }
  }

  /** A new entry begins. */
  public void beginEntry() {
    flushed = false;
    rows = 0;
  }

  /** Rows that the entry has put or deleted so far. */
  public int rows() {
    return rows;
  }

  /**
   * Drops the writes of the entry; false when some of them have been flushed and cannot be dropped.
   */
  public boolean rollback() {
    batch.clear();
    return !flushed;
  }

  /** Checksum over all writes of this entry so far. */
  public long checksum() {
    return batch.checksum();
  }

  /** Writes what is left of the entry. */
  public void commit() {
    db.write(batch.take());
    batch.restartChecksum();
  }

  @Override
  public void close() {
    scans.close();
  }
}
