package dev.flashq.statemachine.store;

import org.jspecify.annotations.Nullable;

/** A column that is read by exact keys. */
public final class KeyTable {
  private final Tables tables;
  private final Column column;

  public KeyTable(Tables tables, Column column) {
    this.tables = tables;
    this.column = column;
  }

  public byte @Nullable [] get(byte[] key) {
    return tables.get(column, key);
  }

  /** The value as a number; 0 when there is none. */
  public long number(byte[] key) {
    byte[] value = get(key);
    return value == null ? 0 : Bytes.longAt(value, 0);
  }

  public void put(byte[] key, byte[] value) {
    tables.put(column, key, value);
  }

  public void put(byte[] key, long value) {
    put(key, Bytes.of(value));
  }

  /** Puts a number under a key that has none. */
  public void insert(byte[] key, long value) {
    tables.insert(column, key, Bytes.of(value));
  }

  public void delete(byte[] key) {
    tables.delete(column, key);
  }
}
