package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;

/** Finds the number of a known name from its UTF-8 bytes, without making a string. */
public final class NameTable {
  /** The name is not in the table. */
  public static final int UNKNOWN = -1;

  private final byte[][] names;
  private final int[] numbers;
  private final int mask;

  /** Names and their numbers; numbers are not negative, and several names may share one. */
  public NameTable(Map<String, Integer> numbersByName) {
    int slots = Integer.highestOneBit(Math.max(4, numbersByName.size() * 4 - 1)) << 1;
    names = new byte[slots][];
    numbers = new int[slots];
    mask = slots - 1;
    numbersByName.forEach(this::put);
  }

  private void put(String name, int number) {
    byte[] bytes = name.getBytes(UTF_8);
    int slot = hash(bytes, 0, bytes.length) & mask;
    while (names[slot] != null) {
      slot = (slot + 1) & mask;
    }
    names[slot] = bytes;
    numbers[slot] = number;
  }

  /** The number of the name in {@code bytes[from, to)}, or {@link #UNKNOWN}. */
  public int find(byte[] bytes, int from, int to) {
    int slot = hash(bytes, from, to) & mask;
    while (names[slot] != null) {
      if (Arrays.equals(names[slot], 0, names[slot].length, bytes, from, to)) {
        return numbers[slot];
      }
      slot = (slot + 1) & mask;
    }
    return UNKNOWN;
  }

  public int find(String name) {
    byte[] bytes = name.getBytes(UTF_8);
    return find(bytes, 0, bytes.length);
  }

  private static int hash(byte[] bytes, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + bytes[i];
    }
    return hash ^ (hash >>> 15);
  }
}
