package dev.flashq.protocol.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Checks UTF-8 strictly: no overlong forms, no surrogates, nothing above U+10FFFF. */
final class Utf8 {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  static void check(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      if (at + 8 <= to && ((long) LONG.get(bytes, at) & HIGH_BITS) == 0) {
        at += 8;
      } else if (bytes[at] >= 0) {
        at++;
      } else {
        at = character(bytes, at, to);
      }
    }
  }

  /** The offset behind the multi-byte character at the offset. */
  static int character(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xff;
    int length = length(lead);
    if (length == 0 || at + length > to || !secondFits(lead, bytes[at + 1] & 0xff)) {
      throw WireException.syntax("invalid UTF-8", at);
    }
    for (int i = at + 2; i < at + length; i++) {
      if ((bytes[i] & 0xc0) != 0x80) {
        throw WireException.syntax("invalid UTF-8", at);
      }
    }
    return at + length;
  }

  private static int length(int lead) {
    if (lead < 0xc2 || lead > 0xf4) {
      return 0;
    }
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  }

  private static boolean secondFits(int lead, int second) {
    return switch (lead) {
      case 0xe0 -> second >= 0xa0 && second < 0xc0;
      case 0xed -> second >= 0x80 && second < 0xa0;
      case 0xf0 -> second >= 0x90 && second < 0xc0;
      case 0xf4 -> second >= 0x80 && second < 0x90;
      default -> second >= 0x80 && second < 0xc0;
    };
  }
}
