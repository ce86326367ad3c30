package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;

/** Writes JSON on one line, in UTF-8. */
public final class JsonWriter extends ValueWriter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
  private static final byte[] NULL = "null".getBytes(US_ASCII);
  private static final byte[] TRUE = "true".getBytes(US_ASCII);
  private static final byte[] FALSE = "false".getBytes(US_ASCII);
  private static final byte[] SMALLEST = "-9223372036854775808".getBytes(US_ASCII);

  /**
   * Whether a value stands directly before, so that the next one in the container needs a comma.
   */
  private boolean afterValue;

  public JsonWriter() {
    this(Limits.ANSWER_BYTES);
  }

  public JsonWriter(int limit) {
    super(limit);
  }

  @Override
  public void beginMap(int entries) {
    open('{');
  }

  @Override
  public void endMap() {
    close('}');
  }

  @Override
  public void beginArray(int items) {
    open('[');
  }

  @Override
  public void endArray() {
    close(']');
  }

  private void open(char bracket) {
    beforeValue(1);
    buffer[size++] = (byte) bracket;
    afterValue = false;
  }

  private void close(char bracket) {
    room(1);
    buffer[size++] = (byte) bracket;
    afterValue = true;
  }

  /** Makes room for a value and its comma, and writes the comma if there has to be one. */
  private void beforeValue(int bytes) {
    room(bytes + 1);
    if (afterValue) {
      buffer[size++] = ',';
    }
    afterValue = true;
  }

  @Override
  public void key(FieldName name) {
    byte[] bytes = name.json();
    beforeValue(bytes.length);
    System.arraycopy(bytes, 0, buffer, size, bytes.length);
    size += bytes.length;
    afterValue = false;
  }

  @Override
  public void key(String name) {
    string(name);
    room(1);
    buffer[size++] = ':';
    afterValue = false;
  }

  @Override
  public void nil() {
    raw(NULL, 0, NULL.length);
  }

  @Override
  public void bool(boolean value) {
    byte[] word = value ? TRUE : FALSE;
    raw(word, 0, word.length);
  }

  @Override
  public void integer(long value) {
    if (value == Long.MIN_VALUE) {
      raw(SMALLEST, 0, SMALLEST.length);
      return;
    }
    beforeValue(20);
    if (value < 0) {
      buffer[size++] = '-';
    }
    digits(Math.abs(value));
  }

  /** A number of 64 bits without sign. */
  void unsigned(long value) {
    byte[] text = Long.toUnsignedString(value).getBytes(US_ASCII);
    raw(text, 0, text.length);
  }

  private void digits(long value) {
    int end = size + digitsOf(value);
    size = end;
    long rest = value;
    do {
      buffer[--end] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest != 0);
  }

  private static int digitsOf(long value) {
    int digits = 1;
    for (long bound = 10; digits < 19 && value >= bound; bound *= 10) {
      digits++;
    }
    return digits;
  }

  /** JSON has no infinity and no NaN: they become null, as in JavaScript. */
  @Override
  public void number(double value) {
    if (Double.isFinite(value)) {
      byte[] text = Double.toString(value).getBytes(US_ASCII);
      raw(text, 0, text.length);
    } else {
      nil();
    }
  }

  @Override
  public void string(String value) {
    beforeValue(value.length() + 2);
    buffer[size++] = '"';
    int at = 0;
    while (at < value.length()) {
      char c = value.charAt(at);
      if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
        room(1);
        buffer[size++] = (byte) c;
        at++;
      } else {
        int point = codePoint(value, at);
        at += point > 0xffff ? 2 : 1;
        character(point);
      }
    }
    room(1);
    buffer[size++] = '"';
  }

  /** One character inside a string; ASCII is escaped where it has to be. */
  void character(int c) {
    room(6);
    if (c >= 0x80) {
      multiByte(c);
    } else if (c == '"' || c == '\\') {
      escape(c);
    } else if (c >= 0x20) {
      buffer[size++] = (byte) c;
    } else {
      control(c);
    }
  }

  private void control(int c) {
    switch (c) {
      case '\n' -> escape('n');
      case '\r' -> escape('r');
      case '\t' -> escape('t');
      default -> {
        escape('u');
        buffer[size++] = '0';
        buffer[size++] = '0';
        buffer[size++] = HEX[c >> 4];
        buffer[size++] = HEX[c & 15];
      }
    }
  }

  private void escape(int letter) {
    buffer[size++] = '\\';
    buffer[size++] = (byte) letter;
  }

  /** A string whose bytes are UTF-8 that has been checked. */
  void string(byte[] bytes, int from, int to) {
    openString();
    inString(bytes, from, to);
    closeString();
  }

  void openString() {
    beforeValue(1);
    buffer[size++] = '"';
  }

  /** Bytes of a string; the first or last character may be cut. */
  void inString(byte[] bytes, int from, int to) {
    room(to - from);
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      room(1);
      if (b < 0 || (b >= 0x20 && b != '"' && b != '\\')) {
        buffer[size++] = b;
      } else {
        character(b);
      }
    }
  }

  void closeString() {
    room(1);
    buffer[size++] = '"';
  }

  /** The next value is put in here, at {@link #size}, by others. */
  @Override
  public void elsewhere() {
    beforeValue(0);
  }

  /** Empties the writer in the middle of a value. */
  void goOn() {
    size = 0;
  }

  /** Makes the value just written the key of the next one. */
  void turnIntoKey() {
    room(1);
    buffer[size++] = ':';
    afterValue = false;
  }

  @Override
  public void raw(byte[] bytes, int from, int to) {
    beforeValue(to - from);
    System.arraycopy(bytes, from, buffer, size, to - from);
    size += to - from;
  }

  /** Line breaks between the tokens become spaces: an answer must stay on one line. */
  @Override
  public void raw(ByteString value) {
    beforeValue(value.size());
    value.copyTo(buffer, size);
    int end = size + value.size();
    for (int i = size; i < end; i++) {
      byte b = buffer[i];
      buffer[i] = b == '\n' || b == '\r' ? (byte) ' ' : b;
    }
    size = end;
  }

  @Override
  public void truncate(int toSize) {
    super.truncate(toSize);
    afterValue = false;
  }
}
