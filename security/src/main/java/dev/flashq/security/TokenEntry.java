package dev.flashq.security;

/** A configured token and the name under which its holder appears in rules and logs. */
public record TokenEntry(String name, String token) {
  public TokenEntry {
    if (name.isEmpty() || token.isEmpty()) {
      throw new IllegalArgumentException("a token entry needs a name and a token, both not empty");
    }
  }

  /** Never shows the token. */
  @Override
  public String toString() {
    return "TokenEntry[" + name + "]";
  }
}
