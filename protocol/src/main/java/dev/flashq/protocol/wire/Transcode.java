package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes one value of one encoding in the other. What a reader's {@code skip} accepts can always be
 * transcoded.
 */
public final class Transcode {
  private Transcode() {}

  /**
   * Writes the JSON value in {@code bytes[from, to)} as MessagePack. Integers beyond 64 bits become
   * float64.
   */
  public static void jsonToMessagePack(byte[] bytes, int from, int to, MessagePackWriter out) {
    JsonReader in = new JsonReader();
    in.open(bytes, from, to);
    toMessagePack(in, out);
    in.finish();
  }

  private static void toMessagePack(JsonReader in, MessagePackWriter out) {
    switch (in.kind()) {
      case NULL -> {
        in.nil();
        out.nil();
      }
      case BOOLEAN -> out.bool(in.bool());
      case NUMBER -> number(in.numberText(), out);
      case STRING -> in.copyString(out);
      case ARRAY -> array(in, out);
      case MAP -> map(in, out);
      case BINARY, EXTENSION -> throw WireException.expected("JSON");
    }
  }

  /**
   * The count is not known in front and containers can be nested, so every header is the longest
   * one.
   */
  private static void array(JsonReader in, MessagePackWriter out) {
    int header = out.openCount(0xdd);
    int items = 0;
    in.beginArray();
    while (in.nextItem()) {
      toMessagePack(in, out);
      items++;
    }
    out.setCount(header, items);
  }

  private static void map(JsonReader in, MessagePackWriter out) {
    int header = out.openCount(0xdf);
    int entries = 0;
    in.beginMap();
    while (in.copyKey(out)) {
      toMessagePack(in, out);
      entries++;
    }
    out.setCount(header, entries);
  }

  private static void number(String text, MessagePackWriter out) {
    boolean whole = Numbers.wholeDigits(text) && !text.equals("-0");
    if (whole && text.length() <= 20) {
      try {
        wholeNumber(text, out);
        return;
      } catch (NumberFormatException e) {
        // More than 64 bits: rounded below.
      }
    }
    out.number(Double.parseDouble(text));
  }

  private static void wholeNumber(String text, MessagePackWriter out) {
    if (text.length() < 19 || text.charAt(0) == '-') {
      out.integer(Long.parseLong(text));
    } else {
      out.unsigned(Long.parseUnsignedLong(text));
    }
  }

  /**
   * Writes the MessagePack value in {@code bytes[from, to)} as JSON: binaries and unknown
   * extensions as base64, timestamps as ISO 8601, keys that are no strings as their text.
   */
  public static void messagePackToJson(byte[] bytes, int from, int to, JsonWriter out) {
    MessagePackReader in = new MessagePackReader();
    in.open(bytes, from, to);
    toJson(in, out);
    in.finish();
  }

  static void toJson(MessagePackReader in, JsonWriter out) {
    switch (in.kind()) {
      case NULL -> {
        in.nil();
        out.nil();
      }
      case BOOLEAN -> out.bool(in.bool());
      case NUMBER -> number(in, out);
      case STRING -> {
        int start = in.stringStart();
        out.string(in.bytes(), start, in.position());
      }
      case BINARY -> {
        int start = in.binaryStart();
        out.string(Extensions.base64(in.bytes(), start, in.position()));
      }
      case EXTENSION -> {
        int start = in.extensionStart();
        out.string(Extensions.text(in.bytes(), start, in.position()));
      }
      case ARRAY -> array(in, out);
      case MAP -> map(in, out);
    }
  }

  private static void array(MessagePackReader in, JsonWriter out) {
    in.beginArray();
    out.beginArray(in.left());
    while (in.nextItem()) {
      toJson(in, out);
    }
    out.endArray();
  }

  private static void map(MessagePackReader in, JsonWriter out) {
    in.beginMap();
    out.beginMap(in.left());
    while (in.nextItem()) {
      key(in, out);
      toJson(in, out);
    }
    out.endMap();
  }

  private static void key(MessagePackReader in, JsonWriter out) {
    if (in.kind() == Kind.STRING || in.kind() == Kind.BINARY) {
      toJson(in, out);
      out.turnIntoKey();
    } else {
      JsonWriter text = new JsonWriter();
      toJson(in, text);
      out.key(new String(text.buffer(), 0, text.size(), UTF_8));
    }
  }

  static void number(MessagePackReader in, JsonWriter out) {
    int code = in.bytes()[in.position()] & 0xff;
    if (code == 0xca || code == 0xcb) {
      out.number(in.number());
    } else if (code == 0xcf) {
      out.unsigned(in.unsigned64());
    } else {
      out.integer(in.integer());
    }
  }
}
