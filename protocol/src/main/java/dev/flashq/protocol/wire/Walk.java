package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Shows all that one value of either encoding holds, in its order, repeated names included. The
 * value is one that a reader's {@code skip} accepts.
 */
public final class Walk {
  private Walk() {}

  /** Sees what there is. Containers open and close; before each of its values a map has a name. */
  public interface Visitor {
    void openMap();

    void name(String name);

    void openArray();

    void item(int index);

    void close();

    void text(String text);

    /** A number as JSON writes it. */
    void number(String text);

    /** What JSON has no form for: a binary or an extension. */
    void bytes(byte[] bytes, int from, int to);

    /** Null, true or false. */
    void constant(Kind kind);
  }

  public static void json(byte[] bytes, int from, int to, Visitor visitor) {
    walk(new JsonReader(), bytes, from, to, visitor);
  }

  public static void messagePack(byte[] bytes, int from, int to, Visitor visitor) {
    walk(new MessagePackReader(), bytes, from, to, visitor);
  }

  private static void walk(ValueReader in, byte[] bytes, int from, int to, Visitor visitor) {
    in.open(bytes, from, to);
    value(in, visitor);
    in.finish();
  }

  private static void value(ValueReader in, Visitor visitor) {
    Kind kind = in.kind();
    switch (kind) {
      case NULL -> {
        in.nil();
        visitor.constant(kind);
      }
      case BOOLEAN -> {
        in.bool();
        visitor.constant(kind);
      }
      case NUMBER -> number(in, visitor);
      case STRING -> visitor.text(in.string());
      case BINARY, EXTENSION -> bytes(in, kind, visitor);
      case ARRAY -> {
        visitor.openArray();
        in.beginArray();
        for (int i = 0; in.nextItem(); i++) {
          visitor.item(i);
          value(in, visitor);
        }
        visitor.close();
      }
      case MAP -> {
        visitor.openMap();
        in.beginMap();
        while (nextName(in, visitor)) {
          value(in, visitor);
        }
        visitor.close();
      }
    }
  }

  private static void number(ValueReader in, Visitor visitor) {
    switch (in) {
      case JsonReader json -> visitor.number(json.numberText());
      case MessagePackReader pack -> number(json(pack), visitor);
    }
  }

  private static void bytes(ValueReader in, Kind kind, Visitor visitor) {
    switch (in) {
      case JsonReader _ -> throw WireException.expected("JSON");
      case MessagePackReader pack -> {
        int start = kind == Kind.BINARY ? pack.binaryStart() : pack.extensionStart();
        visitor.bytes(pack.bytes(), start, pack.position());
      }
    }
  }

  /** False at the end of the map. */
  private static boolean nextName(ValueReader in, Visitor visitor) {
    return switch (in) {
      case JsonReader json -> {
        String name = json.nextKeyText();
        if (name != null) {
          visitor.name(name);
        }
        yield name != null;
      }
      case MessagePackReader pack -> {
        boolean more = pack.nextItem();
        if (more) {
          name(pack, visitor);
        }
        yield more;
      }
    };
  }

  /** JSON has no infinite numbers, and none that are not one. */
  private static void number(String text, Visitor visitor) {
    if (text.equals("null")) {
      visitor.constant(Kind.NULL);
    } else {
      visitor.number(text);
    }
  }

  /** A name that is no text is shown as JSON has it, and as what it holds. */
  private static void name(MessagePackReader in, Visitor visitor) {
    switch (in.kind()) {
      case STRING -> visitor.name(in.string());
      case BINARY -> {
        int start = in.binaryStart();
        visitor.name(Extensions.base64(in.bytes(), start, in.position()));
        visitor.name(new String(in.bytes(), start, in.position() - start, UTF_8));
      }
      default -> visitor.name(json(in));
    }
  }

  /** The next value, as JSON writes it. */
  static String json(MessagePackReader in) {
    JsonWriter out = new JsonWriter();
    Transcode.toJson(in, out);
    return new String(out.buffer(), 0, out.size(), UTF_8);
  }
}
