package dev.flashq.statemachine.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** What is stored, seen through the overlays that lie over the database: the upper one counts. */
final class Layers {
  private static final int BEYOND_BYTES = 32;

  private final Database db;
  private final ReadOptions options;
  private final Overlay upper;
  private final @Nullable Overlay lower;

  Layers(Database db, ReadOptions options, Overlay upper, @Nullable Overlay lower) {
    this.db = db;
    this.options = options;
    this.upper = upper;
    this.lower = lower;
  }

  byte @Nullable [] get(Column column, byte[] key) {
    byte[] value = upper.of(column).get(key);
    if (value == null && lower != null) {
      value = lower.of(column).get(key);
    }
    if (value != null) {
      return value == RowTree.GRAVE ? null : value;
    }
    return db.get(column, key, options);
  }

  /**
   * Shows keys with the prefix in key order from {@code from} (included) on, until the visitor says
   * false.
   */
  void scan(Column column, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
    try (var bounds = new Bounds(options, prefix);
        RocksIterator stored = db.iterator(column, bounds.options)) {
      stored.seek(from);
      List<Source> sources = overlays(column, from, true);
      sources.add(new Stored(stored, true));
      show(sources, prefix, 1, visitor);
      Database.check(stored);
    }
  }

  /** Shows keys with the prefix in reverse key order, until the visitor says false. */
  void scanBack(Column column, byte[] prefix, BiPredicate<byte[], byte[]> visitor) {
    byte[] end = Arrays.copyOf(prefix, prefix.length + BEYOND_BYTES);
    Arrays.fill(end, prefix.length, end.length, (byte) 0xff);
    scanBack(column, prefix, end, visitor);
  }

  /** As {@link #scanBack}, from {@code end} (included) on, which begins with the prefix. */
  void scanBack(Column column, byte[] prefix, byte[] end, BiPredicate<byte[], byte[]> visitor) {
    try (var bounds = new Bounds(options, prefix);
        RocksIterator stored = db.iterator(column, bounds.options)) {
      stored.seekForPrev(end);
      List<Source> sources = overlays(column, end, false);
      sources.add(new Stored(stored, false));
      show(sources, prefix, -1, visitor);
      Database.check(stored);
    }
  }

  private List<Source> overlays(Column column, byte[] start, boolean forward) {
    List<Source> sources = new ArrayList<>(3);
    add(sources, upper.of(column), start, forward);
    if (lower != null) {
      add(sources, lower.of(column), start, forward);
    }
    return sources;
  }

  private static void add(List<Source> sources, RowTree tree, byte[] start, boolean forward) {
    if (!tree.isEmpty()) {
      sources.add(new Laid(tree, start, forward));
    }
  }

  /**
   * Shows the rows of all sources in one order.
   *
   * @param sources upper ones first
   */
  private static void show(
      List<Source> sources, byte[] prefix, int direction, BiPredicate<byte[], byte[]> visitor) {
    Source next = next(sources, prefix, direction);
    while (next != null) {
      byte[] key = next.key();
      byte[] value = next.value();
      for (Source source : sources) {
        byte[] same = source.isValid() ? source.key() : null;
        if (same != null && Arrays.equals(same, key)) {
          source.advance();
        }
      }
      if (value != RowTree.GRAVE && !visitor.test(key, value)) {
        return;
      }
      next = next(sources, prefix, direction);
    }
  }

  private static @Nullable Source next(List<Source> sources, byte[] prefix, int direction) {
    Source next = null;
    for (Source source : sources) {
      if (source.isValid()
          && Bytes.startsWith(source.key(), prefix)
          && (next == null || direction * Arrays.compareUnsigned(source.key(), next.key()) < 0)) {
        next = source;
      }
    }
    return next;
  }

  /**
   * Keeps RocksDB to the keys with a prefix. Without it a search that finds nothing more would pass
   * over all graves up to the next row, whose ever it is.
   */
  private static final class Bounds implements AutoCloseable {
    final ReadOptions options;
    private final Slice first;
    private final @Nullable Slice end;

    Bounds(ReadOptions from, byte[] prefix) {
      options = new ReadOptions(from);
      first = new Slice(prefix);
      options.setIterateLowerBound(first);
      byte[] behind = behind(prefix);
      end = behind == null ? null : new Slice(behind);
      if (end != null) {
        options.setIterateUpperBound(end);
      }
    }

    /** The first key behind all with the prefix; null when there is none. */
    private static byte @Nullable [] behind(byte[] prefix) {
      for (int last = prefix.length - 1; last >= 0; last--) {
        if (prefix[last] != (byte) 0xff) {
          byte[] behind = Arrays.copyOf(prefix, last + 1);
          behind[last]++;
          return behind;
        }
      }
      return null;
    }

    @Override
    public void close() {
      options.close();
      first.close();
      if (end != null) {
        end.close();
      }
    }
  }

  /** A row after the other, of one layer. */
  private abstract static sealed class Source permits Laid, Stored {
    abstract boolean isValid();

    abstract byte[] key();

    abstract byte[] value();

    abstract void advance();
  }

  private static final class Laid extends Source {
    private final RowTree.Cursor cursor;
    private final boolean forward;

    Laid(RowTree tree, byte[] start, boolean forward) {
      this.cursor = tree.cursor();
      this.forward = forward;
      if (forward) {
        cursor.seek(start);
      } else {
        cursor.seekBack(start);
      }
    }

    @Override
    boolean isValid() {
      return cursor.isValid();
    }

    @Override
    byte[] key() {
      return cursor.key();
    }

    @Override
    byte[] value() {
      return cursor.value();
    }

    @Override
    void advance() {
      if (forward) {
        cursor.next();
      } else {
        cursor.previous();
      }
    }
  }

  private static final class Stored extends Source {
    private final RocksIterator rows;
    private final boolean forward;
    private byte @Nullable [] key;

    Stored(RocksIterator rows, boolean forward) {
      this.rows = rows;
      this.forward = forward;
      this.key = rows.isValid() ? rows.key() : null;
    }

    @Override
    boolean isValid() {
      return key != null;
    }

    @Override
    byte[] key() {
      if (key == null) {
        throw new IllegalStateException("there are no more rows");
      }
      return key;
    }

    @Override
    byte[] value() {
      return rows.value();
    }

    @Override
    void advance() {
      if (forward) {
        rows.next();
      } else {
        rows.prev();
      }
      key = rows.isValid() ? rows.key() : null;
    }
  }
}
