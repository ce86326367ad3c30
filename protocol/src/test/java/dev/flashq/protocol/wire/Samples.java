package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Random;

/** Random values in JSON, for tests with a printed seed. */
final class Samples {
  private final Random random;

  Samples(long seed) {
    random = new Random(seed);
  }

  /** A value that both encodings can say exactly, without white space. */
  String json(int levels) {
    return switch (random.nextInt(levels > 0 ? 8 : 6)) {
      case 0 -> "null";
      case 1 -> random.nextBoolean() ? "true" : "false";
      case 2 -> Long.toString(random.nextLong() >> random.nextInt(64));
      case 3 -> Double.toString(random.nextGaussian() * Math.pow(10, random.nextInt(20)));
      case 4, 5 -> string();
      case 6 -> array(levels - 1);
      default -> map(levels - 1);
    };
  }

  private String string() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(40);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(character());
    }
    JsonWriter writer = new JsonWriter();
    writer.string(text.toString());
    return new String(writer.toByteArray(), UTF_8);
  }

  private int character() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(0x20);
      case 1 -> 0xe000 + random.nextInt(0x1000);
      case 2 -> 0x10000 + random.nextInt(0x10000);
      case 3 -> "\"\\/".charAt(random.nextInt(3));
      case 4 -> 0x80 + random.nextInt(0x700);
      default -> ' ' + random.nextInt(94);
    };
  }

  private String array(int levels) {
    StringBuilder text = new StringBuilder("[");
    int items = random.nextInt(20);
    for (int i = 0; i < items; i++) {
      text.append(i == 0 ? "" : ",").append(json(levels));
    }
    return text.append(']').toString();
  }

  private String map(int levels) {
    StringBuilder text = new StringBuilder("{");
    int entries = random.nextInt(20);
    for (int i = 0; i < entries; i++) {
      text.append(i == 0 ? "" : ",").append(string()).append(':').append(json(levels));
    }
    return text.append('}').toString();
  }

  static byte[] toMessagePack(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    MessagePackWriter out = new MessagePackWriter();
    Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
    return out.toByteArray();
  }

  static String toJson(byte[] messagePack) {
    JsonWriter out = new JsonWriter();
    Transcode.messagePackToJson(messagePack, 0, messagePack.length, out);
    return new String(out.toByteArray(), UTF_8);
  }

  static JsonReader json(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    JsonReader in = new JsonReader();
    in.open(bytes, 0, bytes.length);
    return in;
  }

  static MessagePackReader messagePack(int... bytes) {
    byte[] array = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      array[i] = (byte) bytes[i];
    }
    MessagePackReader in = new MessagePackReader();
    in.open(array, 0, array.length);
    return in;
  }
}
