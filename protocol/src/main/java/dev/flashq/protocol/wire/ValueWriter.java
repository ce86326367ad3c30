package dev.flashq.protocol.wire;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes values one after the other into a growing array; the two encodings look the same from
 * here.
 *
 * <p>The numbers of entries and items must be right: MessagePack has them in front. Not safe for
 * use by threads.
 */
public abstract sealed class ValueWriter permits JsonWriter, MessagePackWriter {
  private static final int FIRST_BYTES = 512;

  private final int limit;
  byte[] buffer = new byte[FIRST_BYTES];
  int size;
  private boolean secret;

  /** A writer that fails instead of growing beyond the limit in bytes. */
  ValueWriter(int limit) {
    this.limit = limit;
  }

  public abstract void beginMap(int entries);

  public abstract void endMap();

  public abstract void beginArray(int items);

  public abstract void endArray();

  public abstract void key(FieldName name);

  public abstract void key(String name);

  public abstract void nil();

  public abstract void bool(boolean value);

  public abstract void integer(long value);

  public abstract void number(double value);

  /** A text; an unpaired surrogate is written as U+FFFD. */
  public abstract void string(String value);

  /** One value that is encoded already, in this writer's encoding. */
  public abstract void raw(byte[] bytes, int from, int to);

  /** One value that is encoded already, in this writer's encoding. */
  public abstract void raw(ByteString value);

  /** The next value stands at {@link #size} and is not in the array. */
  public abstract void elsewhere();

  /** A text, or nil. */
  public final void stringOrNil(@Nullable String value) {
    if (value == null) {
      nil();
    } else {
      string(value);
    }
  }

  public final int size() {
    return size;
  }

  /** The array that holds what was written, from 0 to {@link #size}; valid until the next write. */
  public final byte[] buffer() {
    return buffer;
  }

  public final byte[] toByteArray() {
    return Arrays.copyOf(buffer, size);
  }

  /** The array that holds what was written; the writer is empty and goes on with another one. */
  public final byte[] take() {
    byte[] written = buffer;
    buffer = new byte[FIRST_BYTES];
    truncate(0);
    return written;
  }

  /** Forgets everything behind the size; the next value begins a new text. */
  public void truncate(int toSize) {
    size = toSize;
  }

  /** What is written must not be found in memory for longer than it is needed. */
  public final void secret() {
    secret = true;
  }

  /**
   * Empties the writer and lets go of an array that has grown beyond {@code keepBytes}, or holds a
   * secret.
   */
  public final void clear(int keepBytes) {
    truncate(0);
    if (secret || buffer.length > keepBytes) {
      buffer = new byte[FIRST_BYTES];
      secret = false;
    }
  }

  /** One byte that belongs to no value, such as a line's end. */
  public final void plainByte(int value) {
    room(1);
    buffer[size++] = (byte) value;
    truncate(size);
  }

  /** Four bytes that belong to no value, to be set by {@link #setInt} later. */
  public final void plainInt() {
    room(4);
    size += 4;
    truncate(size);
  }

  /** Writes a big-endian number over four bytes written before. */
  public final void setInt(int at, int value) {
    buffer[at] = (byte) (value >>> 24);
    buffer[at + 1] = (byte) (value >>> 16);
    buffer[at + 2] = (byte) (value >>> 8);
    buffer[at + 3] = (byte) value;
  }

  final void room(int bytes) {
    if (buffer.length - size < bytes) {
      grow(bytes);
    }
  }

  private void grow(int bytes) {
    long needed = (long) size + bytes;
    if (needed > limit) {
      throw WireException.tooLarge(limit);
    }
    buffer = Arrays.copyOf(buffer, (int) Math.min(limit, Math.max(needed, buffer.length * 2L)));
  }

  final void copy(byte[] bytes, int from, int to) {
    room(to - from);
    System.arraycopy(bytes, from, buffer, size, to - from);
    size += to - from;
  }

  /** The character at the index, counting a pair as one and an unpaired surrogate as U+FFFD. */
  static int codePoint(String text, int at) {
    int c = text.codePointAt(at);
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c;
  }

  /** Writes one character of at least U+0080; there must be room for four bytes. */
  final void multiByte(int c) {
    if (c < 0x800) {
      buffer[size++] = (byte) (0xc0 | (c >>> 6));
    } else {
      if (c < 0x10000) {
        buffer[size++] = (byte) (0xe0 | (c >>> 12));
      } else {
        buffer[size++] = (byte) (0xf0 | (c >>> 18));
        buffer[size++] = (byte) (0x80 | ((c >>> 12) & 0x3f));
      }
      buffer[size++] = (byte) (0x80 | ((c >>> 6) & 0x3f));
    }
    buffer[size++] = (byte) (0x80 | (c & 0x3f));
  }
}
