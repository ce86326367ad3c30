package dev.flashq.client;

import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Job data or a result: one value, held as MessagePack. */
public final class Data {
  public static final Data NULL = new Data(new byte[] {(byte) 0xc0});

  private final byte[] messagePack;

  private Data(byte[] messagePack) {
    this.messagePack = messagePack;
  }

  /** From JSON text. Fails with WireException when it is not JSON. */
  public static Data json(String text) {
    return json(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same from its bytes in UTF-8. */
  public static Data json(byte[] utf8) {
    var writer = new MessagePackWriter();
    Transcode.jsonToMessagePack(utf8, 0, utf8.length, writer);
    return new Data(writer.toByteArray());
  }

  /**
   * From null, Boolean, Long, Integer, Double, String, Data, and lists and maps (with text keys) of
   * these.
   */
  public static Data of(@Nullable Object value) {
    var writer = new MessagePackWriter();
    write(value, writer);
    return new Data(writer.toByteArray());
  }

  private static void write(@Nullable Object value, MessagePackWriter to) {
    switch (value) {
      case null -> to.nil();
      case Boolean flag -> to.bool(flag);
      case Integer number -> to.integer(number);
      case Long number -> to.integer(number);
      case Double number -> to.number(number);
      case String text -> to.string(text);
      case Data data -> to.raw(data.messagePack, 0, data.size());
      case List<?> list -> {
        to.beginArray(list.size());
        list.forEach(item -> write(item, to));
        to.endArray();
      }
      case Map<?, ?> map -> {
        to.beginMap(map.size());
        map.forEach(
            (key, item) -> {
              to.key(String.valueOf(key));
              write(item, to);
            });
        to.endMap();
      }
      default ->
          throw new IllegalArgumentException(
              "job data cannot hold a " + value.getClass().getName());
    }
  }

  /** From bytes that are one MessagePack value; they are not copied. */
  public static Data messagePack(byte[] value) {
    return new Data(value);
  }

  /** The MessagePack value; must not be changed. */
  public byte[] messagePack() {
    return messagePack;
  }

  public int size() {
    return messagePack.length;
  }

  /** As JSON text. */
  public String json() {
    return new String(jsonBytes(), StandardCharsets.UTF_8);
  }

  /** The same as bytes in UTF-8. */
  public byte[] jsonBytes() {
    var writer = new JsonWriter();
    Transcode.messagePackToJson(messagePack, 0, messagePack.length, writer);
    return writer.toByteArray();
  }

  /**
   * What {@link #of} takes: null, Boolean, Long, Double, String, List and Map, as JSON has it. A
   * whole number beyond 64 bits is a Double; of two entries with one key the last one counts.
   */
  public @Nullable Object value() {
    return Values.read(json(jsonBytes()).messagePack);
  }

  /** The entries of an object, in order. Fails with WireException when it is none. */
  public SequencedMap<String, Data> fields() {
    return Values.fields(messagePack);
  }

  /** From the entries of an object. */
  public static Data ofFields(Map<String, Data> fields) {
    return of(fields);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Data data && Arrays.equals(messagePack, data.messagePack);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(messagePack);
  }

  @Override
  public String toString() {
    return json();
  }
}
