package dev.flashq.statemachine.store;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/** A column that is read by exact keys and sees its own writes of the current entry. */
public final class KeyTable {
  // No stored value is empty.
  private static final byte[] GONE = new byte[0];

  private final Tables tables;
  private final Column column;
  private final LookupMap<ByteString, byte[]> written = LookupMap.create();

  public KeyTable(Tables tables, Column column) {
    this.tables = tables;
    this.column = column;
  }

  public byte @Nullable [] get(byte[] key) {
    if (!written.isEmpty()) {
      byte[] value = written.get(ByteString.copyFrom(key));
      if (value != null) {
        return value.length == 0 ? null : value;
      }
    }
    return tables.get(column, key);
  }

  /** The value as a number; 0 when there is none. */
  public long number(byte[] key) {
    byte[] value = get(key);
    return value == null ? 0 : Bytes.longAt(value, 0);
  }

  public void put(byte[] key, byte[] value) {
    tables.put(column, key, value);
    written.put(ByteString.copyFrom(key), value);
  }

  public void put(byte[] key, long value) {
    put(key, Bytes.of(value));
  }

  public void delete(byte[] key) {
    tables.delete(column, key);
    written.put(ByteString.copyFrom(key), GONE);
  }

  /** The entry is in the database; or its command was dropped after a flush of the rest. */
  public void entryWritten() {
    written.clear();
  }
}
