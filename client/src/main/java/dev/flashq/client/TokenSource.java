package dev.flashq.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where a client's token comes from. It is asked on a thread of its own: when the token is first
 * needed, when the cluster refuses it (at most twice a second), and as often as it says itself, so
 * that a client shows a new token before the old one ends. No request is lost by that; when a token
 * ends under a connection, a request on its way may have an unknown outcome.
 */
@FunctionalInterface
public interface TokenSource {
  /** Of a client that shows no token. */
  TokenSource NONE = of("");

  /** Bytes of a file with a token. */
  int MAX_FILE_BYTES = 64 << 10;

  /**
   * The token as it is now.
   *
   * @throws IOException when it cannot be had; its message is told to callers, so it holds no
   *     secret
   */
  String token() throws IOException;

  /** How often a client looks whether there is another token; zero: only when one was refused. */
  default Duration recheck() {
    return Duration.ZERO;
  }

  /** The same, which is asked so often; at most once a second. */
  default TokenSource recheckedEvery(Duration period) {
    TokenSource source = this;
    return new TokenSource() {
      @Override
      public String token() throws IOException {
        return source.token();
      }

      @Override
      public Duration recheck() {
        return period;
      }
    };
  }

  /** Always the same. */
  static TokenSource of(String token) {
    return () -> token;
  }

  /** The content of a file, without space around it; read every second. */
  static TokenSource file(Path file) {
    TokenSource source = () -> read(file);
    return source.recheckedEvery(Duration.ofSeconds(1));
  }

  private static String read(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new IOException(file + " is too long for a token");
      }
      return filled(new String(bytes, UTF_8), file.toString());
    }
  }

  /** An environment variable. */
  static TokenSource environment(String variable) {
    return () -> filled(Objects.requireNonNullElse(System.getenv(variable), ""), variable);
  }

  private static String filled(String token, String where) throws IOException {
    String stripped = token.strip();
    if (stripped.isEmpty()) {
      throw new IOException(where + " holds no token");
    }
    return stripped;
  }
}
