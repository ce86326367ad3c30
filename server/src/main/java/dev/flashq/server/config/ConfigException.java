package dev.flashq.server.config;

/** The configuration is wrong; the sentence names the key and says what is expected. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String sentence) {
    super(sentence);
  }
}
