package dev.flashq.statemachine.store;

import java.util.Arrays;

/**
 * Many rows in RocksDB's own batch format, built in Java so that one native call writes them all.
 *
 * <p>Layout: sequence (8 bytes), count (4 bytes, little endian), then per record a tag, the
 * family's number, the key and for a put the value, each with a varint length.
 */
final class Batch {
  private static final int HEADER = 12;
  private static final byte PUT = 0x5;
  private static final byte DELETE = 0x4;

  private byte[] bytes = new byte[1 << 16];
  private int end = HEADER;
  private int count;

  void put(Column column, byte[] key, byte[] value) {
    room(key.length + value.length + 16);
    record(PUT, column, key);
    varint(value.length);
    append(value);
  }

  void delete(Column column, byte[] key) {
    room(key.length + 16);
    record(DELETE, column, key);
  }

  int size() {
    return end;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The batch for RocksDB; the next one begins empty. */
  byte[] take() {
    byte[] batch = Arrays.copyOf(bytes, end);
    batch[8] = (byte) count;
    batch[9] = (byte) (count >>> 8);
    batch[10] = (byte) (count >>> 16);
    batch[11] = (byte) (count >>> 24);
    end = HEADER;
    count = 0;
    return batch;
  }

  private void record(byte tag, Column column, byte[] key) {
    bytes[end++] = tag;
    varint(column.ordinal());
    varint(key.length);
    append(key);
    count++;
  }

  private void append(byte[] data) {
    System.arraycopy(data, 0, bytes, end, data.length);
    end += data.length;
  }

  private void varint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      bytes[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
  }

  private void room(int more) {
    if (end + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more));
    }
  }
}
