package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.server.config.ConfigException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A page that a node has answered: its lists, its texts, and whether there is more. */
final class NodeAnswer {
  private final Map<String, List<String>> lists = new LinkedHashMap<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private boolean more;

  /**
   * @param item reads one of a list
   */
  NodeAnswer(String body, Function<JsonReader, String> item) {
    byte[] bytes = body.getBytes(UTF_8);
    var in = new JsonReader();
    try {
      in.open(bytes, 0, bytes.length);
      in.beginMap();
      for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
        switch (in.kind()) {
          case ARRAY -> lists.put(key, items(in, item));
          case STRING -> texts.put(key, in.string());
          case BOOLEAN -> {
            boolean flag = in.bool();
            more = key.equals("more") ? flag : more;
          }
          default -> in.skip();
        }
      }
    } catch (WireException e) {
      throw new ConfigException("the node's answer cannot be read: " + e.sentence());
    }
  }

  private static List<String> items(JsonReader in, Function<JsonReader, String> item) {
    var items = new ArrayList<String>();
    in.beginArray();
    while (in.nextItem()) {
      items.add(item.apply(in));
    }
    return items;
  }

  List<String> items(String name) {
    return lists.getOrDefault(name, List.of());
  }

  String text(String name) {
    return texts.getOrDefault(name, "");
  }

  boolean more() {
    return more;
  }
}
