package dev.flashq.server.config;

import dev.flashq.statemachine.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A client's token and the name under which the log knows its owner. */
public record TokenConfig(String name, String token) {
  private static final int MIN_LENGTH = 8;

  /** Principals that are not clients with a token. */
  private static final Set<String> TAKEN =
      Set.of(Principal.ANONYMOUS.name(), Principal.SYSTEM.name());

  static TokenConfig parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? "client" : text.substring(0, colon);
    String token = text.substring(colon + 1);
    Parsers.expect(
        name.matches("[A-Za-z0-9_.-]{1,64}")
            && !TAKEN.contains(name)
            && token.length() >= MIN_LENGTH
            && token.length() <= 512,
        "name:token entries between commas, each token with 8 to 512 characters; no name is 'anonymous' or 'system'");
    return new TokenConfig(name, token);
  }

  /**
   * Of a text that stands elsewhere than in the configuration: entries between commas or on lines
   * of their own, at least one.
   */
  public static List<TokenConfig> parseAll(String text) {
    try {
      List<TokenConfig> tokens =
          Arrays.stream(text.split("[,\n\r]"))
              .map(String::strip)
              .filter(entry -> !entry.isEmpty())
              .map(TokenConfig::parse)
              .toList();
      Parsers.expect(!tokens.isEmpty(), "at least one token");
      return tokens;
    } catch (IllegalArgumentException e) {
      throw new ConfigException("expected: " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return name + ":***";
  }
}
