package dev.flashq.server.config;

import java.util.Locale;
import java.util.function.Function;

/**
 * One key of the configuration.
 *
 * @param name as in the file
 * @param defaultText the value of an absent key; empty when there is none
 * @param doc what it is, its unit and its limits: the comment in the documented file
 * @param secret whether the value must not be shown
 * @param otherVariable an environment variable by which flashQ knows it; empty: none
 * @param parser from text; fails with IllegalArgumentException whose message says what is expected
 */
public record Key<T>(
    String name,
    String defaultText,
    String doc,
    boolean secret,
    String otherVariable,
    Function<String, T> parser) {
  Key(String name, String defaultText, String doc, Function<String, T> parser) {
    this(name, defaultText, doc, false, "", parser);
  }

  Key(String name, String defaultText, String doc, boolean secret, Function<String, T> parser) {
    this(name, defaultText, doc, secret, "", parser);
  }

  /** The key as an environment variable: {@code tcp.port} is {@code FLASHQ_TCP_PORT}. */
  public String environmentName() {
    return "FLASHQ_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  T parse(String text) {
    try {
      return parser.apply(text.strip());
    } catch (IllegalArgumentException e) {
      String has = secret ? "has a wrong value" : "has the value '" + text.strip() + "'";
      throw new ConfigException("key '" + name + "' " + has + "; expected: " + e.getMessage());
    }
  }
}
