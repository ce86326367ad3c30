package dev.flashq.statemachine.store;

import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.PerfLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * Counts the keys, deleted ones above all, that RocksDB passes over on this thread, whatever the
 * database: a cost that does not depend on the machine.
 */
public final class KeysPassed implements AutoCloseable {
  private final Options options = new Options().setCreateIfMissing(true);
  private final RocksDB db;

  /**
   * @param folder of an empty database, through which the counters of the thread are reached
   */
  public KeysPassed(Path folder) {
    try {
      db = RocksDB.open(options, folder.toString());
    } catch (RocksDBException e) {
      throw new IllegalStateException(e);
    }
    db.setPerfLevel(PerfLevel.ENABLE_COUNT);
  }

  /** How many the action made RocksDB pass over. */
  public long by(Runnable action) {
    db.getPerfContext().reset();
    action.run();
    return db.getPerfContext().getInternalKeySkippedCount()
        + db.getPerfContext().getInternalDeleteSkippedCount();
  }

  /** How many bytes the action made RocksDB read from files, the system's cache included. */
  public long bytesReadBy(Runnable action) {
    db.getPerfContext().reset();
    action.run();
    return db.getPerfContext().getBlockReadByte();
  }

  @Override
  public void close() {
    db.setPerfLevel(PerfLevel.DISABLE);
    db.close();
    options.close();
  }
}
