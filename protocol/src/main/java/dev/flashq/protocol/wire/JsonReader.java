package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.Limits;
import org.jspecify.annotations.Nullable;

/** Reads JSON from a byte range. */
public final class JsonReader implements ValueReader {
  private static final int LONG_DIGITS = 18;

  private byte[] bytes = new byte[0];
  private int at;
  private int to;
  private int depth;

  /** Whether a container has just been opened, so that no comma stands before its next element. */
  private boolean fresh;

  @Override
  public void open(byte[] newBytes, int from, int newTo) {
    bytes = newBytes;
    at = from;
    to = newTo;
    depth = 0;
    fresh = false;
  }

  private byte next() {
    at = JsonScanner.whitespace(bytes, at, to);
    if (at >= to) {
      throw WireException.truncated();
    }
    return bytes[at];
  }

  @Override
  public Kind kind() {
    return switch (next()) {
      case '"' -> Kind.STRING;
      case '{' -> Kind.MAP;
      case '[' -> Kind.ARRAY;
      case 't', 'f' -> Kind.BOOLEAN;
      case 'n' -> Kind.NULL;
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> Kind.NUMBER;
      default -> throw WireException.syntax("unexpected character", at);
    };
  }

  private void require(Kind kind, String what) {
    if (kind() != kind) {
      throw WireException.expected(what);
    }
  }

  @Override
  public void beginMap() {
    require(Kind.MAP, "a map");
    enter();
  }

  @Override
  public void beginArray() {
    require(Kind.ARRAY, "an array");
    enter();
  }

  private void enter() {
    if (++depth > Limits.NESTING + Limits.ENVELOPE_NESTING) {
      throw WireException.nesting();
    }
    at++;
    fresh = true;
  }

  /**
   * Whether another element follows in the open container; passes over its comma, or closes the
   * container.
   */
  private boolean another(char closing) {
    if (next() == closing) {
      at++;
      depth--;
      fresh = false;
      return false;
    }
    if (!fresh) {
      at = JsonScanner.expect(bytes, at, to, ',');
      next();
    }
    fresh = false;
    return true;
  }

  @Override
  public int nextKey(NameTable names) {
    if (!another('}')) {
      return END;
    }
    int name = keyword(names);
    colon();
    return name;
  }

  @Override
  public @Nullable String nextKeyText() {
    if (!another('}')) {
      return null;
    }
    String name = string();
    colon();
    return name;
  }

  private void colon() {
    next();
    at = JsonScanner.expect(bytes, at, to, ':');
  }

  @Override
  public boolean nextItem() {
    return another(']');
  }

  @Override
  public void nil() {
    require(Kind.NULL, "null");
    at = JsonScanner.word(bytes, at, to, "null");
  }

  @Override
  public boolean bool() {
    require(Kind.BOOLEAN, "true or false");
    boolean value = bytes[at] == 't';
    at = JsonScanner.word(bytes, at, to, value ? "true" : "false");
    return value;
  }

  @Override
  public long integer() {
    require(Kind.NUMBER, "an integer");
    int from = at;
    at = JsonScanner.number(bytes, from, to);
    boolean negative = bytes[from] == '-';
    int digits = negative ? from + 1 : from;
    if (at - digits > LONG_DIGITS || !allDigits(digits, at)) {
      return Numbers.integer(text(from, at));
    }
    long value = Numbers.decimal(bytes, digits, at);
    return negative ? -value : value;
  }

  private boolean allDigits(int from, int end) {
    for (int i = from; i < end; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private String text(int from, int end) {
    return new String(bytes, from, end - from, ISO_8859_1);
  }

  @Override
  public double number() {
    return Double.parseDouble(numberText());
  }

  /** The number as it is written. */
  String numberText() {
    require(Kind.NUMBER, "a number");
    int from = at;
    at = JsonScanner.number(bytes, from, to);
    return text(from, at);
  }

  @Override
  public String string() {
    require(Kind.STRING, "a string");
    int from = at + 1;
    at = JsonScanner.string(bytes, at, to);
    int end = at - 1;
    return hasEscape(from, end)
        ? JsonText.unescape(bytes, from, end)
        : new String(bytes, from, end - from, UTF_8);
  }

  private boolean hasEscape(int from, int end) {
    for (int i = from; i < end; i++) {
      if (bytes[i] == '\\') {
        return true;
      }
    }
    return false;
  }

  /** Copies a string to MessagePack, without decoding it when it has no escapes. */
  void copyString(MessagePackWriter out) {
    require(Kind.STRING, "a string");
    int from = at + 1;
    at = JsonScanner.string(bytes, at, to);
    int end = at - 1;
    if (hasEscape(from, end)) {
      out.string(JsonText.unescape(bytes, from, end));
    } else {
      out.stringHeader(end - from);
      out.copy(bytes, from, end);
    }
  }

  /** Copies the next key to MessagePack; false at the end of the map. */
  boolean copyKey(MessagePackWriter out) {
    if (!another('}')) {
      return false;
    }
    copyString(out);
    colon();
    return true;
  }

  @Override
  public int keyword(NameTable names) {
    require(Kind.STRING, "a string");
    int from = at + 1;
    at = JsonScanner.string(bytes, at, to);
    int found = names.find(bytes, from, at - 1);
    if (found == NameTable.UNKNOWN && hasEscape(from, at - 1)) {
      return names.find(JsonText.unescape(bytes, from, at - 1));
    }
    return found;
  }

  @Override
  public void skip() {
    next();
    int levels = Limits.NESTING - Math.max(0, depth - Limits.ENVELOPE_NESTING);
    at = JsonScanner.value(bytes, at, to, levels);
  }

  @Override
  public void skipLoosely() {
    next();
    at = JsonScanner.loosely(bytes, at, to);
  }

  @Override
  public void finish() {
    at = JsonScanner.whitespace(bytes, at, to);
    if (at != to) {
      throw WireException.syntax("trailing characters", at);
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
    fresh = false;
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }
}
