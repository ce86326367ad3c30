package dev.flashq.statemachine.store;

import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** Consistent views of the state for questions, taken between two entries. For any thread. */
public final class Views {
  private final Database db;
  private final Tables tables;

  public Views(Database db, Tables tables) {
    this.db = db;
    this.tables = tables;
  }

  /** Answers from the state as it is between two entries. */
  public <R extends @Nullable Object> R read(Function<View, R> question) {
    try (ReadOptions options = new ReadOptions()) {
      Snapshot snapshot;
      Layers layers;
      tables.entryLock().lock();
      try {
        snapshot = db.snapshot();
        layers = tables.view(options);
      } finally {
        tables.entryLock().unlock();
      }
      try {
        options.setSnapshot(snapshot);
        return question.apply(new View(layers));
      } finally {
        db.release(snapshot);
      }
    }
  }

  /** The state at one moment. */
  public static final class View {
    private final Layers layers;

    private View(Layers layers) {
      this.layers = layers;
    }

    public byte @Nullable [] get(Column column, byte[] key) {
      return layers.get(column, key);
    }

    /**
     * Shows keys with the prefix in key order from {@code from} on, until the visitor says false.
     */
    public void scan(
        Column column, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
      layers.scan(column, prefix, from, visitor);
    }

    /** As {@link #scanBack}, from {@code from} on or what stands before it. */
    public void scanBack(
        Column column, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor) {
      layers.scanBack(column, prefix, from, visitor);
    }

    /** Shows keys with the prefix in reverse key order, until the visitor says false. */
    public void scanBack(Column column, byte[] prefix, BiPredicate<byte[], byte[]> visitor) {
      layers.scanBack(column, prefix, visitor);
    }
  }
}
