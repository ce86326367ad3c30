package dev.flashq.statemachine.store;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.StorageException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;

/**
 * Reading and writing for one log entry after the other. What is written lies in an overlay over
 * the database, where every read and scan sees it at once; the writes of the entry can be taken
 * back until it ends. The overlay spans entries: {@link #freeze} hands it to the database. Rows
 * that come and go in between are never written.
 *
 * <p>For the applying thread; what other threads may do says so.
 */
public final class Tables implements AutoCloseable {
  private final Database db;
  private final ReadOptions reads = new ReadOptions();
  // Fair, so that a question is not starved by a busy applying thread.
  private final ReentrantLock entry = new ReentrantLock(true);
  private final CRC32C crc = new CRC32C();
  private final byte[] head = new byte[9];
  private final Undo undo = new Undo();
  private final Object writing = new Object();
  private Overlay active = new Overlay();
  private volatile @Nullable Frozen frozen;
  private volatile @Nullable StorageException failure;
  private Layers layers;
  private boolean showing;
  private int rows;
  private long bytes;

  public Tables(Database db) {
    this.db = db;
    this.layers = new Layers(db, reads, active, null);
  }

  /** Held by the applying thread while an entry is half written. */
  public ReentrantLock entryLock() {
    return entry;
  }

  /** Puts a row, whatever is under its key. */
  public void put(Column column, byte[] key, byte[] value) {
    put(column, key, value, false);
  }

  /** Puts a row under a key that has none. */
  public void insert(Column column, byte[] key, byte[] value) {
    assert get(column, key) == null : "there is a row already in " + column;
    put(column, key, value, true);
  }

  private void put(Column column, byte[] key, byte[] value, boolean absent) {
    RowTree tree = changing(column);
    tree.put(key, value, absent);
    undo.note(column, key, tree);
    count(column, key, value.length + 1);
    crc.update(value);
    bytes += value.length;
  }

  /** The value of a row with a one-byte head. */
  public static byte[] value(byte head, ByteString rest) {
    byte[] value = new byte[1 + rest.size()];
    value[0] = head;
    rest.copyTo(value, 1);
    return value;
  }

  public void delete(Column column, byte[] key) {
    RowTree tree = changing(column);
    tree.delete(key);
    undo.note(column, key, tree);
    count(column, key, 0);
  }

  private RowTree changing(Column column) {
    if (showing) {
      throw new IllegalStateException("a row is changed while rows are being shown");
    }
    return active.of(column);
  }

  /**
   * @param length of the value and one more; 0: the row is deleted
   */
  private void count(Column column, byte[] key, int length) {
    rows++;
    bytes += key.length;
    head[0] = (byte) column.ordinal();
    Bytes.put(head, 1, (long) key.length << 32 | length);
    crc.update(head);
    crc.update(key);
  }

  public byte @Nullable [] get(Column column, byte[] key) {
    return layers.get(column, key);
  }

  /**
   * Shows keys and values from {@code from} (included) on, in key order, until the visitor says
   * false. The visitor must not write.
   *
   * @param prefix only keys that begin with it
   */
  public void scan(Column column, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
    boolean nested = showing;
    showing = true;
    try {
      layers.scan(column, prefix, from, visitor);
    } finally {
      showing = nested;
    }
  }

  /** A new entry begins. */
  public void beginEntry() {
    undo.clear();
    crc.reset();
    rows = 0;
    bytes = 0;
  }

  /** Rows that the entry has put or deleted so far. */
  public int rows() {
    return rows;
  }

  /** Bytes of keys and values that the entry has written so far. */
  public long bytes() {
    return bytes;
  }

  /** Takes back what the entry has written. */
  public void rollback() {
    undo.takeBack(active);
  }

  /** Checksum over all writes of this entry so far. */
  public long checksum() {
    return crc.getValue();
  }

  /** What the entry has written stays. */
  public void commit() {
    undo.clear();
  }

  /** Memory of the rows that have not been handed to the database, about. */
  public long overlayBytes() {
    return active.bytes();
  }

  /** Everything there is between two entries, with the entry lock held. For any thread. */
  Layers view(ReadOptions snapshot) {
    Frozen pending = frozen;
    return new Layers(db, snapshot, active.share(), pending == null ? null : pending.overlay);
  }

  /** What is on its way to the database; null when there is nothing. For any thread. */
  public @Nullable Frozen frozen() {
    return frozen;
  }

  /**
   * Hands all rows to the database; called between two entries with the entry lock held, when
   * nothing else is on its way.
   */
  public Frozen freeze() {
    if (frozen != null) {
      throw new IllegalStateException("rows are on their way to the database already");
    }
    Frozen next = new Frozen(active);
    frozen = next;
    active = new Overlay();
    layers = new Layers(db, reads, active, next.overlay);
    return next;
  }

  /** Held while the database is written to, or must stay as it is. For any thread. */
  public Object writing() {
    return writing;
  }

  /** Fails when rows could not be written: the database must not be used any more. */
  public void requireWritable() {
    StorageException cause = failure;
    if (cause != null) {
      throw new StorageException("the database could not be written to", cause);
    }
  }

  /** Rows on their way to the database; they are seen until they have arrived there. */
  public final class Frozen {
    private final Overlay overlay;
    private boolean written;

    private Frozen(Overlay overlay) {
      this.overlay = overlay;
    }

    /**
     * Writes them, unless that has been done. For any thread; a second caller waits for the first.
     */
    public void write() {
      synchronized (writing) {
        if (!written) {
          writeNow();
          written = true;
          arrived();
        }
      }
    }

    private void writeNow() {
      requireWritable();
      try {
        db.write(overlay);
      } catch (StorageException e) {
        failure = e;
        throw e;
      }
    }
  }

  private void arrived() {
    entry.lock();
    try {
      frozen = null;
      layers = new Layers(db, reads, active, null);
    } finally {
      entry.unlock();
    }
  }

  @Override
  public void close() {
    reads.close();
  }
}
