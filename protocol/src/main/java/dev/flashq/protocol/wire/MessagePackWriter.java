package dev.flashq.protocol.wire;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Writes MessagePack, every number in its shortest form. */
public final class MessagePackWriter extends ValueWriter {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private boolean integersAsDoubles;

  public MessagePackWriter() {
    this(Limits.ANSWER_BYTES);
  }

  public MessagePackWriter(int limit) {
    super(limit);
  }

  /** Whether {@link #integer} writes float64: the Go client reads no other numbers. */
  public void integersAsDoubles(boolean on) {
    integersAsDoubles = on;
  }

  @Override
  public void beginMap(int entries) {
    if (entries < 16) {
      one(0x80 | entries);
    } else {
      counted(entries, 0xde, 0xdf);
    }
  }

  @Override
  public void endMap() {}

  @Override
  public void beginArray(int items) {
    if (items < 16) {
      one(0x90 | items);
    } else {
      counted(items, 0xdc, 0xdd);
    }
  }

  @Override
  public void endArray() {}

  private void counted(int count, int code16, int code32) {
    if (count < 0x10000) {
      two(code16, count);
    } else {
      four(code32, count);
    }
  }

  /**
   * A header with room for any count, to be filled in by {@link #setCount}; answers where it is.
   */
  int openCount(int code32) {
    four(code32, 0);
    return size - 4;
  }

  void setCount(int at, int count) {
    setInt(at, count);
  }

  private void one(int code) {
    room(1);
    buffer[size++] = (byte) code;
  }

  private void two(int code, int value) {
    room(3);
    buffer[size] = (byte) code;
    SHORT.set(buffer, size + 1, (short) value);
    size += 3;
  }

  private void four(int code, int value) {
    room(5);
    buffer[size] = (byte) code;
    INT.set(buffer, size + 1, value);
    size += 5;
  }

  private void eight(int code, long value) {
    room(9);
    buffer[size] = (byte) code;
    LONG.set(buffer, size + 1, value);
    size += 9;
  }

  @Override
  public void key(FieldName name) {
    byte[] bytes = name.messagePack();
    copy(bytes, 0, bytes.length);
  }

  @Override
  public void key(String name) {
    string(name);
  }

  @Override
  public void nil() {
    one(0xc0);
  }

  @Override
  public void bool(boolean value) {
    one(value ? 0xc3 : 0xc2);
  }

  @Override
  public void integer(long value) {
    if (integersAsDoubles) {
      number((double) value);
    } else if (value >= 0) {
      unsigned(value);
    } else {
      negative(value);
    }
  }

  /** A number without sign; negative longs stand for the upper half of 64 bits. */
  void unsigned(long value) {
    if (value >= 0 && value < 0x80) {
      one((int) value);
    } else if (value >= 0 && value < 0x100) {
      room(2);
      buffer[size++] = (byte) 0xcc;
      buffer[size++] = (byte) value;
    } else if (value >= 0 && value < 0x10000) {
      two(0xcd, (int) value);
    } else if (value >= 0 && value < 0x100000000L) {
      four(0xce, (int) value);
    } else {
      eight(0xcf, value);
    }
  }

  private void negative(long value) {
    if (value >= -32) {
      one((int) value);
    } else if (value >= Byte.MIN_VALUE) {
      room(2);
      buffer[size++] = (byte) 0xd0;
      buffer[size++] = (byte) value;
    } else if (value >= Short.MIN_VALUE) {
      two(0xd1, (int) value);
    } else if (value >= Integer.MIN_VALUE) {
      four(0xd2, (int) value);
    } else {
      eight(0xd3, value);
    }
  }

  @Override
  public void number(double value) {
    eight(0xcb, Double.doubleToRawLongBits(value));
  }

  @Override
  public void string(String value) {
    int bytes = utf8Length(value);
    stringHeader(bytes);
    room(bytes);
    int at = 0;
    while (at < value.length()) {
      char c = value.charAt(at);
      if (c < 0x80) {
        buffer[size++] = (byte) c;
        at++;
      } else {
        int point = codePoint(value, at);
        at += point > 0xffff ? 2 : 1;
        multiByte(point);
      }
    }
  }

  void stringHeader(int bytes) {
    if (bytes < 32) {
      one(0xa0 | bytes);
    } else if (bytes < 0x100) {
      room(2);
      buffer[size++] = (byte) 0xd9;
      buffer[size++] = (byte) bytes;
    } else {
      counted(bytes, 0xda, 0xdb);
    }
  }

  private static int utf8Length(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else {
        int point = codePoint(text, i);
        bytes += point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        i += point > 0xffff ? 1 : 0;
      }
    }
    return bytes;
  }

  @Override
  public void raw(byte[] bytes, int from, int to) {
    copy(bytes, from, to);
  }

  @Override
  public void raw(ByteString value) {
    room(value.size());
    value.copyTo(buffer, size);
    size += value.size();
  }

  @Override
  public void elsewhere() {}
}
