package dev.flashq.statemachine.store;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/** Consistent views of the state for questions, taken between two entries. */
public final class Views {
  private final Database db;
  // Fair, so that a question is not starved by a busy applying thread.
  private final ReentrantLock entry = new ReentrantLock(true);

  public Views(Database db) {
    this.db = db;
  }

  /** Held by the applying thread while an entry is half written. */
  public ReentrantLock entryLock() {
    return entry;
  }

  /** Answers from the state as it is between two entries. */
  public <R extends @Nullable Object> R read(Function<View, R> question) {
    Snapshot snapshot;
    entry.lock();
    try {
      snapshot = db.snapshot();
    } finally {
      entry.unlock();
    }
    try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
      return question.apply(new View(db, options));
    } finally {
      db.release(snapshot);
    }
  }

  static void check(RocksIterator iterator) {
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw Database.failed("scan", e);
    }
  }

  /** The state at one moment. */
  public static final class View {
    private final Database db;
    private final ReadOptions options;

    private View(Database db, ReadOptions options) {
      this.db = db;
      this.options = options;
    }

    public byte @Nullable [] get(Column column, byte[] key) {
      return db.get(column, key, options);
    }

    /**
     * Shows keys with the prefix in key order from {@code from} on, until the visitor says false.
     */
    public void scan(
        Column column, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
      try (RocksIterator iterator = db.iterator(column, options)) {
        for (iterator.seek(from); iterator.isValid(); iterator.next()) {
          byte[] key = iterator.key();
          if (!Bytes.startsWith(key, prefix) || !visitor.test(key, iterator.value())) {
            return;
          }
        }
        check(iterator);
      }
    }

    /** Shows keys with the prefix in reverse key order, until the visitor says false. */
    public void scanBack(Column column, byte[] prefix, BiPredicate<byte[], byte[]> visitor) {
      try (RocksIterator iterator = db.iterator(column, options)) {
        for (iterator.seekForPrev(after(prefix)); iterator.isValid(); iterator.prev()) {
          byte[] key = iterator.key();
          if (!Bytes.startsWith(key, prefix) || !visitor.test(key, iterator.value())) {
            return;
          }
        }
        check(iterator);
      }
    }

    private static byte[] after(byte[] prefix) {
      byte[] end = java.util.Arrays.copyOf(prefix, prefix.length + 32);
      java.util.Arrays.fill(end, prefix.length, end.length, (byte) 0xff);
      return end;
    }
  }
}
