package dev.flashq.statemachine.store;

import dev.flashq.statemachine.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.PerfLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The live database of one replica. It keeps no write-ahead log: the Raft log is the log, and what
 * a crash leaves here is dropped for the newest checkpoint.
 */
public final class Database implements AutoCloseable {
  private static final long MEMTABLE_BYTES = 32L << 20;
  private static final long ALL_MEMTABLES_BYTES = 128L << 20;
  private static final long CACHE_BYTES = 64L << 20;
  // A few large shards: a block that is larger than its shard is never kept.
  private static final int CACHE_SHARD_BITS = 2;
  private static final int BLOOM_BITS_PER_KEY = 10;
  private static final int BATCH_BYTES = 1 << 20;
  private static final byte[] FIRST = new byte[0];

  static {
    RocksDB.loadLibrary();
  }

  private final LRUCache cache = new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS);
  private final BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final List<ColumnFamilyOptions> familyOptions = new ArrayList<>();
  private final DBOptions options;
  private final Map<Column, ColumnFamilyHandle> families = new EnumMap<>(Column.class);
  private final RocksDB db;

  /** Opens or creates the database in the folder. */
  @SuppressWarnings("this-escape")
  public Database(Path folder) {
    options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setDbWriteBufferSize(ALL_MEMTABLES_BYTES)
            .setMaxBackgroundJobs(2)
            // One thread writes.
            .setAllowConcurrentMemtableWrite(false)
            .setMaxOpenFiles(512)
            .setKeepLogFileNum(2)
            .setMaxLogFileSize(4 << 20)
            .setAvoidFlushDuringShutdown(true);
    try {
      Files.createDirectories(folder);
      var descriptors = new ArrayList<ColumnFamilyDescriptor>();
      for (Column column : Column.values()) {
        descriptors.add(new ColumnFamilyDescriptor(column.family(), options(column)));
      }
      var handles = new ArrayList<ColumnFamilyHandle>();
      db = RocksDB.open(options, folder.toString(), descriptors, handles);
      for (Column column : Column.values()) {
        ColumnFamilyHandle handle = handles.get(column.ordinal());
        if (handle.getID() != column.ordinal()) {
          throw new StorageException(
              "column " + column + " has number " + handle.getID() + " in " + folder);
        }
        families.put(column, handle);
      }
    } catch (RocksDBException | IOException e) {
      throw new StorageException(
          "cannot open the database in " + folder + ": " + e.getMessage(), e);
    }
  }

  private ColumnFamilyOptions options(Column column) {
    boolean bulky = column == Column.JOBS || column == Column.PAYLOADS;
    var table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(16 << 10)
            .setFilterPolicy(bloom)
            // In parts: the whole filter of a large file is more than the cache should hold for a
            // read.
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setPartitionFilters(true)
            .setMetadataBlockSize(16 << 10)
            .setPinTopLevelIndexAndFilter(true)
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setFormatVersion(5);
    var family =
        withHints(column)
            .setWriteBufferSize(MEMTABLE_BYTES)
            .setArenaBlockSize(256 << 10)
            .setLevelCompactionDynamicLevelBytes(true)
            .setCompressionType(
                bulky ? CompressionType.LZ4_COMPRESSION : CompressionType.NO_COMPRESSION)
            .setTableFormatConfig(table);
    familyOptions.add(family);
    return family;
  }

  /**
   * Keys come in a few ascending streams (new, delivered, completed and forgotten jobs). RocksDB
   * then remembers for each stretch of keys where in the memtable the last one went, instead of
   * searching from the top: half of the cost of a write. Only this way of setting it is open to
   * Java.
   */
  private static ColumnFamilyOptions withHints(Column column) {
    if (column.stretchBytes() == 0) {
      return new ColumnFamilyOptions();
    }
    Properties properties = new Properties();
    properties.setProperty(
        "memtable_insert_with_hint_prefix_extractor",
        "rocksdb.CappedPrefix." + column.stretchBytes());
    ColumnFamilyOptions family = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties);
    if (family == null) {
      throw new StorageException("RocksDB does not know the options of column " + column);
    }
    return family;
  }

  byte @Nullable [] get(Column column, byte[] key, ReadOptions read) {
    try {
      return db.get(family(column), read, key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    }
  }

  RocksIterator iterator(Column column, ReadOptions read) {
    return db.newIterator(family(column), read);
  }

  /** Writes all rows of an overlay, a part at a time. */
  void write(Overlay overlay) {
    Batch batch = new Batch();
    for (Column column : Column.values()) {
      RowTree.Cursor rows = overlay.of(column).cursor();
      for (rows.seek(FIRST); rows.isValid(); rows.next()) {
        if (rows.value() == RowTree.GRAVE) {
          batch.delete(column, rows.key());
        } else {
          batch.put(column, rows.key(), rows.value());
        }
        if (batch.size() > BATCH_BYTES) {
          write(batch.take());
        }
      }
    }
    if (!batch.isEmpty()) {
      write(batch.take());
    }
  }

  private void write(byte[] batch) {
    // Its counters cost a tenth of a write, and nobody reads them; the level is the thread's own.
    db.setPerfLevel(PerfLevel.DISABLE);
    try (WriteBatch writes = new WriteBatch(batch)) {
      db.write(writeOptions, writes);
    } catch (RocksDBException e) {
      throw failed("write", e);
    }
  }

  Snapshot snapshot() {
    return db.getSnapshot();
  }

  void release(Snapshot snapshot) {
    db.releaseSnapshot(snapshot);
  }

  /**
   * Writes memtables to files and hard-links all files into a folder that must not exist; durable
   * on return.
   */
  public void checkpoint(Path folder) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(folder.toString());
    } catch (RocksDBException e) {
      throw new IOException("cannot write a checkpoint to " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * A figure of RocksDB itself, such as {@code rocksdb.estimate-live-data-size}; 0 when unknown.
   */
  public long property(Column column, String name) {
    try {
      return db.getLongProperty(family(column), name);
    } catch (RocksDBException e) {
      return 0;
    }
  }

  ColumnFamilyHandle family(Column column) {
    ColumnFamilyHandle handle = families.get(column);
    if (handle == null) {
      throw new IllegalStateException("no column " + column);
    }
    return handle;
  }

  static void check(RocksIterator iterator) {
    try {
      iterator.status();
    } catch (RocksDBException e) {
      throw failed("scan", e);
    }
  }

  static StorageException failed(String what, RocksDBException e) {
    return new StorageException("the database cannot " + what + ": " + e.getMessage(), e);
  }

  @Override
  public void close() {
    families.values().forEach(ColumnFamilyHandle::close);
    db.close();
    familyOptions.forEach(ColumnFamilyOptions::close);
    options.close();
    writeOptions.close();
    bloom.close();
    cache.close();
  }
}
