package dev.flashq.statemachine.store;

/**
 * A place in an ordered index.
 *
 * @param major compared first
 * @param minor compared next; unique within {@code major}
 * @param value what stands there
 */
public record Slot(long major, long minor, long value) implements Comparable<Slot> {
  static final int KEY_BYTES = 16;

  @Override
  public int compareTo(Slot other) {
    int order = Long.compare(major, other.major);
    return order != 0 ? order : Long.compare(minor, other.minor);
  }

  /** The stored key under a queue's number. */
  public byte[] keyUnder(int queue) {
    return key(Bytes.of(queue));
  }

  byte[] key(byte[] prefix) {
    byte[] key = java.util.Arrays.copyOf(prefix, prefix.length + KEY_BYTES);
    // Flipping the sign makes unsigned byte order equal signed number order.
    Bytes.put(key, prefix.length, major ^ Long.MIN_VALUE);
    Bytes.put(key, prefix.length + 8, minor ^ Long.MIN_VALUE);
    return key;
  }

  /** Reads a slot back from an index's key and value. */
  public static Slot of(byte[] key, byte[] value, int prefixLength) {
    return new Slot(
        Bytes.longAt(key, prefixLength) ^ Long.MIN_VALUE,
        Bytes.longAt(key, prefixLength + 8) ^ Long.MIN_VALUE,
        value.length >= 8 ? Bytes.longAt(value, 0) : 0);
  }
}
