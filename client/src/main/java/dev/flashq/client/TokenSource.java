package dev.flashq.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a client's token comes from. It is asked when the token is first needed and again when the
 * cluster refuses it, at most twice a second, on a thread of its own.
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

  /** Always the same. */
  static TokenSource of(String token) {
    return () -> token;
  }

  /** The content of a file, without space around it; the file is read each time. */
  static TokenSource file(Path file) {
    return () -> {
      try (var in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        if (bytes.length > MAX_FILE_BYTES) {
          throw new IOException(file + " is too long for a token");
        }
        return filled(new String(bytes, UTF_8), file.toString());
      }
    };
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
