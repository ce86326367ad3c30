package dev.flashq.server;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.server.config.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Prints the security checklist of a node, one line for each item. */
final class SecurityCheck {
  private static final String PATH = "/security/checklist";

  private final Function<String, Optional<String>> get;

  /**
   * @param get what the node answers at a path; empty when it refuses, which has been said
   */
  SecurityCheck(Function<String, Optional<String>> get) {
    this.get = get;
  }

  /** What the process answers: 0 when nothing is off, or done in part only. */
  int run(String command) {
    if (!command.equals("check")) {
      throw new ConfigException("unknown command 'security " + command + "'");
    }
    Optional<String> body = get.apply(PATH);
    if (body.isEmpty()) {
      return 1;
    }
    List<String> lines = new NodeAnswer(body.get(), SecurityCheck::line).items("items");
    lines.forEach(System.out::println);
    boolean done =
        !lines.isEmpty()
            && lines.stream().noneMatch(l -> l.startsWith("off ") || l.startsWith("partly "));
    return done ? 0 : 1;
  }

  private static String line(JsonReader in) {
    Map<String, String> fields = new LinkedHashMap<>();
    in.beginMap();
    for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
      fields.put(key, in.string());
    }
    return String.format(
        Locale.ROOT,
        "%-15s %-24s %s (%s)",
        fields.getOrDefault("state", "").replace('_', ' '),
        fields.getOrDefault("item", ""),
        fields.getOrDefault("reason", ""),
        fields.getOrDefault("key", ""));
  }
}
