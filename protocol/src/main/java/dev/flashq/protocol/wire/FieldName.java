package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A key of a map, encoded once for both encodings. */
public final class FieldName {
  private final byte[] json;
  private final byte[] messagePack;

  private FieldName(byte[] json, byte[] messagePack) {
    this.json = json;
    this.messagePack = messagePack;
  }

  public static FieldName of(String name) {
    JsonWriter json = new JsonWriter();
    json.string(name);
    MessagePackWriter messagePack = new MessagePackWriter();
    messagePack.string(name);
    byte[] colon = (new String(json.toByteArray(), UTF_8) + ":").getBytes(UTF_8);
    return new FieldName(colon, messagePack.toByteArray());
  }

  byte[] json() {
    return json;
  }

  byte[] messagePack() {
    return messagePack;
  }
}
