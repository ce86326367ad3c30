package dev.flashq.server;

import dev.flashq.server.config.ConfigException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of a command: names with a value, and flags. */
record Options(Map<String, String> values) {
  static Options parse(List<String> args, List<String> named, List<String> flags) {
    var values = new LinkedHashMap<String, String>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (flags.contains(arg)) {
        values.put(arg, "");
      } else if (named.contains(arg) && i + 1 < args.size()) {
        values.put(arg, args.get(++i));
      } else {
        throw new ConfigException(
            (named.contains(arg)
                    ? "the option '" + arg + "' needs a value"
                    : "unknown option '" + arg + "'")
                + "; the options are: "
                + String.join(", ", named)
                + (flags.isEmpty() ? "" : ", " + String.join(", ", flags)));
      }
    }
    return new Options(values);
  }

  String value(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  int number(String name, int otherwise, int min, int max) {
    return Math.toIntExact(number(name, (long) otherwise, min, max));
  }

  long number(String name, long otherwise, long min, long max) {
    String text = values.get(name);
    try {
      long number = text == null ? otherwise : Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ConfigException(
        "the option '"
            + name
            + "' is '"
            + text
            + "'; expected: a number from "
            + min
            + " to "
            + max);
  }

  boolean has(String flag) {
    return values.containsKey(flag);
  }
}
