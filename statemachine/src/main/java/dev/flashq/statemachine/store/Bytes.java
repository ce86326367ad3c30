package dev.flashq.statemachine.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Keys whose byte order is the order of their parts. */
public final class Bytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Bytes() {}

  public static byte[] of(long value) {
    byte[] bytes = new byte[8];
    LONG.set(bytes, 0, value);
    return bytes;
  }

  public static byte[] of(int value) {
    byte[] bytes = new byte[4];
    INT.set(bytes, 0, value);
    return bytes;
  }

  public static byte[] of(long first, long second) {
    byte[] bytes = new byte[16];
    LONG.set(bytes, 0, first);
    LONG.set(bytes, 8, second);
    return bytes;
  }

  /** A number followed by a text, which is the last part and so needs no length. */
  public static byte[] of(int number, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[4 + utf8.length];
    INT.set(bytes, 0, number);
    System.arraycopy(utf8, 0, bytes, 4, utf8.length);
    return bytes;
  }

  public static byte[] of(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static long longAt(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  public static int intAt(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  static void put(byte[] bytes, int offset, long value) {
    LONG.set(bytes, offset, value);
  }

  public static boolean startsWith(byte[] bytes, byte[] prefix) {
    if (bytes.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
