package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.server.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The options of a schema, of a policy for data and of one for what is kept, as JSON objects. */
final class DataRuleOptions {
  private static final List<String> FLAGS =
      List.of("--encrypted-only", "--no-card-numbers", "--no-names");

  static final List<String> RETENTION =
      List.of("--completed-age", "--completed-count", "--dead-age", "--dead-count");

  private DataRuleOptions() {}

  static String schema(Options options) {
    byte[] schema = file(options.value("--file", ""));
    var out = new JsonWriter();
    out.beginMap(2);
    out.key("schema");
    out.raw(schema, 0, schema.length);
    out.key("mode");
    out.string(options.value("--mode", "enforce"));
    out.endMap();
    return new String(out.toByteArray(), UTF_8);
  }

  private static byte[] file(String name) {
    if (name.isEmpty()) {
      throw new ConfigException("the option '--file' is needed: a JSON Schema");
    }
    try {
      byte[] bytes = Files.readAllBytes(Path.of(name));
      var in = new JsonReader();
      in.open(bytes, 0, bytes.length);
      in.skip();
      in.finish();
      return bytes;
    } catch (IOException e) {
      throw new ConfigException("cannot read the schema " + name + ": " + e);
    } catch (WireException e) {
      throw new ConfigException("the schema " + name + " is not JSON: " + e.sentence());
    }
  }

  static String policy(Options options) {
    var fields = new LinkedHashMap<String, String>();
    for (String option :
        List.of(
            "--encrypted-only",
            "--forbidden-fields",
            "--no-card-numbers",
            "--max-bytes",
            "--no-names")) {
      if (options.has(option)) {
        fields.put(option, options.value(option, ""));
      }
    }
    var out = new JsonWriter();
    out.beginMap(fields.size());
    for (Map.Entry<String, String> field : fields.entrySet()) {
      out.key(field.getKey().substring(2).replace('-', '_'));
      if (FLAGS.contains(field.getKey())) {
        out.bool(flag(field.getKey(), field.getValue()));
      } else if (field.getKey().equals("--max-bytes")) {
        out.integer(options.number(field.getKey(), 0, 1, Limits.DATA_BYTES));
      } else {
        AdminCommand.items(field.getValue(), out);
      }
    }
    out.endMap();
    return new String(out.toByteArray(), UTF_8);
  }

  static String retention(Options options) {
    var out = new JsonWriter();
    out.beginMap(RETENTION.size());
    for (String option : RETENTION) {
      if (options.has(option)) {
        out.key(option.substring(2).replace('-', '_'));
        out.integer(options.number(option, 0L, 1, Limits.DURATION_MS));
      }
    }
    out.endMap();
    return new String(out.toByteArray(), UTF_8);
  }

  static boolean flag(String option, String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new ConfigException(option + " is true or false");
    };
  }
}
