package dev.flashq.protocol.wire;

/** What the first byte of a MessagePack value says. */
final class MessagePackFormat {
  private static final Kind[] KINDS = new Kind[256];
  private static final byte[] NUMBER_BYTES = new byte[256];

  static {
    fill(0x00, 0x7f, Kind.NUMBER);
    fill(0x80, 0x8f, Kind.MAP);
    fill(0x90, 0x9f, Kind.ARRAY);
    fill(0xa0, 0xbf, Kind.STRING);
    fill(0xc0, 0xc0, Kind.NULL);
    fill(0xc2, 0xc3, Kind.BOOLEAN);
    fill(0xc4, 0xc6, Kind.BINARY);
    fill(0xc7, 0xc9, Kind.EXTENSION);
    fill(0xca, 0xd3, Kind.NUMBER);
    fill(0xd4, 0xd8, Kind.EXTENSION);
    fill(0xd9, 0xdb, Kind.STRING);
    fill(0xdc, 0xdd, Kind.ARRAY);
    fill(0xde, 0xdf, Kind.MAP);
    fill(0xe0, 0xff, Kind.NUMBER);
    int[] bytes = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8};
    for (int i = 0; i < bytes.length; i++) {
      NUMBER_BYTES[0xca + i] = (byte) bytes[i];
    }
  }

  private MessagePackFormat() {}

  private static void fill(int from, int to, Kind kind) {
    for (int code = from; code <= to; code++) {
      KINDS[code] = kind;
    }
  }

  static Kind kind(int code, int at) {
    if (code == 0xc1) {
      throw WireException.syntax("unused code", at);
    }
    return KINDS[code];
  }

  /** Bytes behind the code of a number. */
  static int numberBytes(int code) {
    return NUMBER_BYTES[code];
  }

  /** Bytes of the length behind the code; 0 when the code itself says the length. */
  static int lengthBytes(int code) {
    return switch (code) {
      case 0xc4, 0xc7, 0xd9 -> 1;
      case 0xc5, 0xc8, 0xda, 0xdc, 0xde -> 2;
      case 0xc6, 0xc9, 0xdb, 0xdd, 0xdf -> 4;
      default -> 0;
    };
  }

  /** The length that the code itself says. */
  static int inlineLength(int code) {
    if (code >= 0xd4 && code <= 0xd8) {
      return 1 << (code - 0xd4);
    }
    return code < 0xa0 ? code & 0x0f : code & 0x1f;
  }
}
