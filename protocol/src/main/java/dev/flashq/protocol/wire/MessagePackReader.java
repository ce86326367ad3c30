package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.Limits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads MessagePack from a byte range. A length never makes it allocate or loop beyond the bytes
 * that are there.
 */
public final class MessagePackReader implements ValueReader {
  private byte[] bytes = new byte[0];
  private int at;
  private int to;
  private int depth;

  /** Entries or items still to come, per open container. */
  private int[] left = new int[8];

  @Override
  public void open(byte[] newBytes, int from, int newTo) {
    bytes = newBytes;
    at = from;
    to = newTo;
    depth = 0;
  }

  private int peek() {
    if (at >= to) {
      throw WireException.truncated();
    }
    return bytes[at] & 0xff;
  }

  @Override
  public Kind kind() {
    return MessagePackFormat.kind(peek(), at);
  }

  /** Passes over the code of a value of the kind and answers the code. */
  private int code(Kind kind, String what) {
    int code = peek();
    if (MessagePackFormat.kind(code, at) != kind) {
      throw WireException.expected(what);
    }
    at++;
    return code;
  }

  private long unsigned(int count) {
    if (to - at < count) {
      throw WireException.truncated();
    }
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = (value << 8) | (bytes[at++] & 0xff);
    }
    return value;
  }

  /**
   * The length of a text, binary, extension or container, each unit of which takes at least {@code
   * unitBytes}.
   */
  private int length(int code, int unitBytes) {
    int lengthBytes = MessagePackFormat.lengthBytes(code);
    long length = lengthBytes == 0 ? MessagePackFormat.inlineLength(code) : unsigned(lengthBytes);
    if (length * unitBytes > to - at) {
      throw WireException.truncated();
    }
    return (int) length;
  }

  @Override
  public void beginMap() {
    enter(length(code(Kind.MAP, "a map"), 2));
  }

  @Override
  public void beginArray() {
    enter(length(code(Kind.ARRAY, "an array"), 1));
  }

  private void enter(int count) {
    if (++depth > Limits.NESTING + Limits.ENVELOPE_NESTING) {
      throw WireException.nesting();
    }
    if (depth == left.length) {
      left = Arrays.copyOf(left, depth * 2);
    }
    left[depth] = count;
  }

  @Override
  public boolean nextItem() {
    if (left[depth] == 0) {
      depth--;
      return false;
    }
    left[depth]--;
    return true;
  }

  /** Entries or items still to come in the open container. */
  int left() {
    return left[depth];
  }

  @Override
  public int nextKey(NameTable names) {
    if (!nextItem()) {
      return END;
    }
    if (kind() == Kind.STRING) {
      return keyword(names);
    }
    skipKey();
    return NameTable.UNKNOWN;
  }

  @Override
  public @Nullable String nextKeyText() {
    return nextItem() ? string() : null;
  }

  @Override
  public void nil() {
    code(Kind.NULL, "null");
  }

  @Override
  public boolean bool() {
    return code(Kind.BOOLEAN, "true or false") == 0xc3;
  }

  @Override
  public long integer() {
    int code = code(Kind.NUMBER, "an integer");
    int size = MessagePackFormat.numberBytes(code);
    return switch (code) {
      case 0xca, 0xcb -> Numbers.integer(floating(code));
      case 0xcc, 0xcd, 0xce -> unsigned(size);
      case 0xcf -> positive(unsigned(size));
      case 0xd0, 0xd1, 0xd2, 0xd3 -> signed(size);
      default -> (byte) code;
    };
  }

  private static long positive(long value) {
    if (value < 0) {
      throw WireException.expected("an integer of 64 bits");
    }
    return value;
  }

  private long signed(int size) {
    int shift = 64 - size * 8;
    return unsigned(size) << shift >> shift;
  }

  private double floating(int code) {
    long bits = unsigned(MessagePackFormat.numberBytes(code));
    return code == 0xca ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
  }

  @Override
  public double number() {
    int code = peek();
    if (code == 0xca || code == 0xcb) {
      at++;
      return floating(code);
    }
    if (code == 0xcf) {
      return unsignedToDouble(unsigned64());
    }
    return integer();
  }

  /** A number of 64 bits without sign. */
  long unsigned64() {
    at++;
    return unsigned(8);
  }

  private static double unsignedToDouble(long value) {
    return value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
  }

  @Override
  public String string() {
    int from = stringStart();
    return new String(bytes, from, at - from, UTF_8);
  }

  /** Passes over a text, checks it, and answers where its bytes begin; they end at the position. */
  int stringStart() {
    int length = length(code(Kind.STRING, "a string"), 1);
    int from = at;
    at += length;
    Utf8.check(bytes, from, at);
    return from;
  }

  @Override
  public int keyword(NameTable names) {
    int from = stringStart();
    return names.find(bytes, from, at);
  }

  /** Passes over a binary and answers where its bytes begin; they end at the position. */
  int binaryStart() {
    int length = length(code(Kind.BINARY, "a binary"), 1);
    at += length;
    return at - length;
  }

  /**
   * Passes over an extension and answers where its type stands; its bytes follow up to the
   * position.
   */
  int extensionStart() {
    int length = length(code(Kind.EXTENSION, "an extension"), 1);
    if (to - at < length + 1) {
      throw WireException.truncated();
    }
    at += length + 1;
    return at - length - 1;
  }

  @Override
  public void skip() {
    skip(Limits.NESTING - Math.max(0, depth - Limits.ENVELOPE_NESTING));
  }

  private void skip(int levels) {
    switch (kind()) {
      case NULL, BOOLEAN -> at++;
      case NUMBER -> unsigned(MessagePackFormat.numberBytes(code(Kind.NUMBER, "a number")));
      case STRING -> stringStart();
      case BINARY -> binaryStart();
      case EXTENSION -> extensionStart();
      case ARRAY -> skipArray(levels - 1);
      case MAP -> skipMap(levels - 1);
    }
  }

  private void skipArray(int levels) {
    int items = length(code(Kind.ARRAY, "an array"), 1);
    checkLevels(levels);
    for (int i = 0; i < items; i++) {
      skip(levels);
    }
  }

  private void skipMap(int levels) {
    int entries = length(code(Kind.MAP, "a map"), 2);
    checkLevels(levels);
    for (int i = 0; i < entries; i++) {
      skipKey();
      skip(levels);
    }
  }

  private static void checkLevels(int levels) {
    if (levels < 0) {
      throw WireException.nesting();
    }
  }

  /** A key must have a form in JSON: a container cannot be one. */
  private void skipKey() {
    Kind kind = kind();
    if (kind == Kind.ARRAY || kind == Kind.MAP || kind == Kind.EXTENSION) {
      throw WireException.syntax("a key that is not a simple value", at);
    }
    skip(0);
  }

  @Override
  public void skipLoosely() {
    long values = 1;
    while (values > 0) {
      Kind kind = kind();
      int code = bytes[at++] & 0xff;
      switch (kind) {
        case NULL, BOOLEAN -> {}
        case NUMBER -> unsigned(MessagePackFormat.numberBytes(code));
        case STRING, BINARY -> at += length(code, 1);
        case EXTENSION -> {
          at--;
          extensionStart();
        }
        case ARRAY -> values += length(code, 1);
        case MAP -> values += 2L * length(code, 2);
      }
      values--;
    }
  }

  @Override
  public void finish() {
    if (at != to) {
      throw WireException.syntax("trailing bytes", at);
    }
  }

  @Override
  public int position() {
    return at;
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public void rewind(int position, int newDepth) {
    at = position;
    depth = newDepth;
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }
}
