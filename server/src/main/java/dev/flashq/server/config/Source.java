package dev.flashq.server.config;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where values come from: the environment first, then the file, then the defaults. */
final class Source {
  /** Variables that start scripts and clients read; not keys. */
  private static final Set<String> OF_THE_SCRIPTS =
      Set.of("FLASHQ_JAVA_OPTS", "FLASHQ_JAVA_HOME", "FLASHQ_TOKEN");

  /** Letters in which a key may differ from one that there is and still be meant for it. */
  private static final int TYPOS = 3;

  private final Properties file;
  private final Map<String, String> environment;

  private Source(Properties file, Map<String, String> environment) {
    this.file = file;
    this.environment = environment;
  }

  static Source of(@Nullable Path file, Map<String, String> environment) {
    try {
      return of(file == null ? "" : Files.readString(file), String.valueOf(file), environment);
    } catch (IOException e) {
      throw new ConfigException("cannot read the configuration file " + file + ": " + e);
    }
  }

  static Source of(String text, String fileName, Map<String, String> environment) {
    Properties properties = new Properties();
    try (Reader reader = new StringReader(text)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(fileName + " is not a properties file: " + e.getMessage());
    }
    Set<String> names =
        Keys.ALL.stream().map(Key::name).collect(Collectors.toCollection(TreeSet::new));
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      if (!names.contains(name)) {
        String key = mayBeShown(name, names) ? "the unknown key '" + name + "'" : "an unknown key";
        throw new ConfigException(fileName + " has " + key + hint(name, names));
      }
    }
    Set<String> variables = Keys.ALL.stream().map(Key::environmentName).collect(Collectors.toSet());
    for (String variable : new TreeSet<>(environment.keySet())) {
      if (variable.startsWith("FLASHQ_")
          && !variables.contains(variable)
          && !OF_THE_SCRIPTS.contains(variable)) {
        throw new ConfigException("the environment has the unknown variable '" + variable + "'");
      }
    }
    return new Source(properties, environment);
  }

  /** The rest of a list of tokens that goes on in the next line looks like a key. */
  private static boolean mayBeShown(String name, Set<String> names) {
    String section = name.substring(0, name.indexOf('.') + 1);
    return names.stream()
        .anyMatch(
            known ->
                distance(name, known) <= TYPOS
                    || (!section.isEmpty() && known.startsWith(section)));
  }

  private static String hint(String wrong, Set<String> names) {
    return names.stream()
        .filter(name -> distance(wrong, name) <= TYPOS)
        .findFirst()
        .map(name -> "; did you mean '" + name + "'?")
        .orElse("; the keys are: " + String.join(", ", names));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], previous[j]) + 1, previous[j - 1] + change);
      }
      previous = row;
    }
    return previous[b.length()];
  }

  <T> T get(Key<T> key) {
    String value = environment.get(key.environmentName());
    if (value == null && !key.otherVariable().isEmpty()) {
      value = environment.get(key.otherVariable());
    }
    if (value == null) {
      value = file.getProperty(key.name(), key.defaultText());
    }
    return key.parse(value);
  }
}
