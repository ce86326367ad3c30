package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.Limits;

/**
 * A MessagePack value as JSON, written piece by piece, because it may become six times as large.
 * What comes out is what {@link Transcode#messagePackToJson} writes.
 */
public final class JsonPieces {
  /** Bytes of a text that are written at once; base64 takes three together. */
  private static final int TEXT_BYTES = 3 * 1024;

  private final MessagePackReader in = new MessagePackReader();
  private final JsonWriter out = new JsonWriter();

  /** Of the open containers: whether it is a map. */
  private final boolean[] maps = new boolean[Limits.NESTING + Limits.ENVELOPE_NESTING + 1];

  private int depth;
  private boolean begun;

  /** Whether a key was written whose value has not been begun. */
  private boolean valueNext;

  /** The text or binary that is being written. */
  private Text text = Text.NONE;

  private int textAt;
  private int textTo;
  private boolean textIsKey;

  private enum Text {
    NONE,
    UTF8,
    BASE64
  }

  /** Begins with the value in {@code bytes[from, to)}. */
  public JsonPieces(byte[] bytes, int from, int to) {
    in.open(bytes, from, to);
  }

  /** Bytes of all pieces together; fails as the pieces would. Reads all of the value. */
  public static long length(byte[] bytes, int from, int to) {
    var pieces = new JsonPieces(bytes, from, to);
    long length = 0;
    while (pieces.more()) {
      length += pieces.write(Limits.LARGE_ANSWER_BYTES);
    }
    return length;
  }

  public boolean more() {
    return !begun || depth > 0 || text != Text.NONE;
  }

  /** The next piece, from 0 to the size that {@link #write} answered; valid until the next one. */
  public byte[] piece() {
    return out.buffer();
  }

  /**
   * Makes the next piece, and answers its size.
   *
   * @param bytes of a piece that is worth its own; it gets a few KB more at most
   */
  public int write(int bytes) {
    out.goOn();
    while (more() && out.size() < bytes) {
      step();
    }
    if (!more()) {
      in.finish();
    }
    return out.size();
  }

  private void step() {
    if (text != Text.NONE) {
      moreText();
    } else if (!begun || valueNext) {
      begun = true;
      valueNext = false;
      value(false);
    } else if (!in.nextItem()) {
      depth--;
      if (maps[depth]) {
        out.endMap();
      } else {
        out.endArray();
      }
    } else if (maps[depth - 1]) {
      valueNext = true;
      key();
    } else {
      value(false);
    }
  }

  private void value(boolean isKey) {
    switch (in.kind()) {
      case NULL -> {
        in.nil();
        out.nil();
      }
      case BOOLEAN -> out.bool(in.bool());
      case NUMBER -> Transcode.number(in, out);
      case STRING -> open(Text.UTF8, in.stringStart(), isKey);
      case BINARY -> open(Text.BASE64, in.binaryStart(), isKey);
      case EXTENSION -> extension();
      case ARRAY -> {
        in.beginArray();
        out.beginArray(in.left());
        maps[depth++] = false;
      }
      case MAP -> {
        in.beginMap();
        out.beginMap(in.left());
        maps[depth++] = true;
      }
    }
  }

  private void extension() {
    int start = in.extensionStart();
    String time = Extensions.time(in.bytes(), start, in.position());
    if (time != null) {
      out.string(time);
    } else {
      open(Text.BASE64, start + 1, false);
    }
  }

  private void key() {
    if (in.kind() == Kind.STRING || in.kind() == Kind.BINARY) {
      value(true);
    } else {
      JsonWriter simple = new JsonWriter();
      Transcode.toJson(in, simple);
      out.key(new String(simple.buffer(), 0, simple.size(), UTF_8));
    }
  }

  private void open(Text kind, int start, boolean isKey) {
    text = kind;
    textAt = start;
    textTo = in.position();
    textIsKey = isKey;
    out.openString();
  }

  private void moreText() {
    int to = Math.min(textTo, textAt + TEXT_BYTES);
    if (text == Text.UTF8) {
      out.inString(in.bytes(), textAt, to);
    } else {
      byte[] base64 = Extensions.base64(in.bytes(), textAt, to).getBytes(UTF_8);
      out.inString(base64, 0, base64.length);
    }
    textAt = to;
    if (textAt == textTo) {
      text = Text.NONE;
      out.closeString();
      if (textIsKey) {
        out.turnIntoKey();
      }
    }
  }
}
