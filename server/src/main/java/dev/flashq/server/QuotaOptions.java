package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The options of a quota as a JSON object. */
final class QuotaOptions {
  private static final int MAX = 1_000_000_000;

  private static final Map<String, String> LIMITS = limits();

  private QuotaOptions() {}

  /** Option to field. */
  private static Map<String, String> limits() {
    var limits = new LinkedHashMap<String, String>();
    limits.put("--connections", "connections");
    limits.put("--waits", "waits");
    limits.put("--bytes", "bytes");
    limits.put("--made-queues", "queues");
    return limits;
  }

  static String body(Options options) {
    var out = new JsonWriter();
    out.beginMap(options.has("--max") ? 2 : 1);
    if (options.has("--max")) {
      out.key("pushes");
      out.beginArray(1);
      push(options, out);
      out.endArray();
    }
    out.key("limits");
    List<Map.Entry<String, String>> given =
        LIMITS.entrySet().stream().filter(limit -> options.has(limit.getKey())).toList();
    out.beginMap(given.size());
    for (Map.Entry<String, String> limit : given) {
      out.key(limit.getValue());
      out.integer(options.number(limit.getKey(), 0, 0, MAX));
    }
    out.endMap();
    out.endMap();
    return new String(out.toByteArray(), UTF_8);
  }

  private static void push(Options options, JsonWriter out) {
    out.beginMap(3);
    out.key("queues");
    AdminCommand.items(options.value("--queues", "*"), out);
    out.key("max");
    out.integer(options.number("--max", 0, 0, MAX));
    out.key("duration");
    out.integer(AdminCommand.duration("--duration", options.value("--duration", "1s")));
    out.endMap();
  }
}
