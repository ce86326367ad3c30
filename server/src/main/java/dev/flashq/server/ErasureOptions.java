package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.server.config.ConfigException;
import java.util.List;

/** The options of an erasure as a JSON object. */
final class ErasureOptions {
  static final List<String> NAMES =
      List.of("--field", "--equals", "--equals-json", "--set", "--delete", "--states", "--dry-run");

  private ErasureOptions() {}

  static String body(Options options) {
    if (options.has("--equals") == options.has("--equals-json")) {
      throw new ConfigException(
          "one of the options '--equals' (a text) and '--equals-json' is needed");
    }
    var out = new JsonWriter();
    out.beginMap(7);
    out.key("field");
    out.string(AdminCommand.required(options, "--field"));
    out.key("equals");
    if (options.has("--equals")) {
      out.string(options.value("--equals", ""));
    } else {
      json("--equals-json", options.value("--equals-json", ""), false, out);
    }
    if (options.has("--set")) {
      out.key("set");
      json("--set", options.value("--set", ""), true, out);
    }
    for (String list : List.of("--delete", "--queues", "--states")) {
      if (options.has(list)) {
        out.key(list.substring(2));
        AdminCommand.items(options.value(list, ""), out);
      }
    }
    out.key("dry_run");
    out.bool(DataRuleOptions.flag("--dry-run", options.value("--dry-run", "false")));
    out.endMap();
    return new String(out.toByteArray(), UTF_8);
  }

  private static void json(String option, String text, boolean object, JsonWriter out) {
    byte[] bytes = text.getBytes(UTF_8);
    try {
      var in = new JsonReader();
      in.open(bytes, 0, bytes.length);
      boolean right = !object || in.kind() == Kind.MAP;
      in.skip();
      in.finish();
      if (right) {
        out.raw(bytes, 0, bytes.length);
        return;
      }
    } catch (WireException e) {
      // Said below.
    }
    throw new ConfigException(
        option
            + " is '"
            + text
            + "'; expected: "
            + (object ? "a JSON object of paths and values" : "JSON"));
  }
}
