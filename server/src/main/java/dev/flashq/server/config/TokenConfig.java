package dev.flashq.server.config;

/** A client's token and the name under which the log knows its owner. */
public record TokenConfig(String name, String token) {
  private static final int MIN_LENGTH = 8;

  static TokenConfig parse(String text) {
    int colon = text.indexOf(':');
    String name = colon < 0 ? "client" : text.substring(0, colon);
    String token = text.substring(colon + 1);
    Parsers.expect(
        name.matches("[A-Za-z0-9_.-]{1,64}")
            && token.length() >= MIN_LENGTH
            && token.length() <= 512,
        "name:token entries between commas, each token with 8 to 512 characters");
    return new TokenConfig(name, token);
  }

  @Override
  public String toString() {
    return name + ":***";
  }
}
