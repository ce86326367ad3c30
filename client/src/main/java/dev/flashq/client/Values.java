package dev.flashq.client;

import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.MessagePackReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** MessagePack as Java's values. */
final class Values {
  private static final int FLOAT32 = 0xca;
  private static final int FLOAT64 = 0xcb;
  private static final int UNSIGNED64 = 0xcf;

  private Values() {}

  /** One value, made from JSON: it has text keys only and no binaries. */
  static @Nullable Object read(byte[] messagePack) {
    MessagePackReader in = open(messagePack);
    Object value = value(in);
    in.finish();
    return value;
  }

  static SequencedMap<String, Data> fields(byte[] messagePack) {
    MessagePackReader in = open(messagePack);
    var fields = new LinkedHashMap<String, Data>();
    in.beginMap();
    for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
      fields.put(key, raw(in));
    }
    in.finish();
    return fields;
  }

  /** The next value as it is. */
  static Data raw(MessagePackReader in) {
    if (in.kind() == Kind.NULL) {
      in.skip();
      return Data.NULL;
    }
    int from = in.position();
    in.skip();
    return Data.messagePack(Arrays.copyOfRange(in.bytes(), from, in.position()));
  }

  /** A number among fields; 0 when there is none. */
  static long number(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof Number number ? number.longValue() : 0;
  }

  static double fraction(Map<?, ?> fields, String name) {
    return fields.get(name) instanceof Number number ? number.doubleValue() : 0;
  }

  /** A list of objects among fields; empty when there is none. */
  static <T> List<T> items(Map<?, ?> fields, String name, Function<Map<?, ?>, T> item) {
    return fields.get(name) instanceof List<?> list
        ? list.stream().map(each -> item.apply((Map<?, ?>) each)).toList()
        : List.of();
  }

  private static MessagePackReader open(byte[] messagePack) {
    var in = new MessagePackReader();
    in.open(messagePack, 0, messagePack.length);
    return in;
  }

  private static @Nullable Object value(MessagePackReader in) {
    return switch (in.kind()) {
      case NULL -> {
        in.nil();
        yield null;
      }
      case BOOLEAN -> in.bool();
      case NUMBER -> number(in);
      case STRING -> in.string();
      case ARRAY -> list(in);
      case MAP -> map(in);
      case BINARY, EXTENSION -> throw new IllegalStateException("JSON has no binaries");
    };
  }

  private static Number number(MessagePackReader in) {
    int at = in.position();
    boolean whole =
        switch (in.bytes()[at] & 0xff) {
          case FLOAT32, FLOAT64 -> false;
          case UNSIGNED64 -> in.bytes()[at + 1] >= 0;
          default -> true;
        };
    return whole ? (Number) in.integer() : (Number) in.number();
  }

  private static List<@Nullable Object> list(MessagePackReader in) {
    var list = new ArrayList<@Nullable Object>();
    in.beginArray();
    while (in.nextItem()) {
      list.add(value(in));
    }
    return list;
  }

  private static Map<String, @Nullable Object> map(MessagePackReader in) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    in.beginMap();
    for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
      map.put(key, value(in));
    }
    return map;
  }
}
