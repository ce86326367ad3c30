package dev.flashq.examples.guide;

import dev.flashq.client.FlashQ;
import dev.flashq.client.TokenSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A client that says who it is, plainly or by TLS. */
public final class Tokens {
  private Tokens() {}

  /** {@code new FlashQ({host, port, token: process.env.FLASHQ_TOKEN})}. */
  public static FlashQ connect(List<String> addresses) {
    return connect(addresses, TokenSource.environment("FLASHQ_TOKEN"));
  }

  public static FlashQ connect(List<String> addresses, TokenSource token) {
    return FlashQ.at(addresses).token(token).connect();
  }

  /**
   * The same by TLS. No proxy stands between: the nodes speak TLS themselves.
   *
   * @param authority PEM file of the authority that signs the nodes' certificates
   */
  public static FlashQ connectByTls(List<String> addresses, TokenSource token, Path authority)
      throws IOException {
    return FlashQ.at(addresses).token(token).tls(authority).connect();
  }
}
