package dev.flashq.transport.connection;

import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the requests of a connection come from, as far as that is known. */
final class Origin {
  /** The other end, or whom it speaks for by the word of a trusted proxy. */
  private InetAddress connection;

  /** Whom the latest request comes from. */
  private InetAddress client;

  /** The client's address as it stands in the log, made once for all requests from there. */
  private String text;

  private @Nullable String subject;

  Origin(InetAddress connection) {
    this.connection = connection;
    this.client = connection;
    this.text = connection.getHostAddress();
  }

  /** A proxy has said for whom it has made the connection. */
  void speaksFor(InetAddress address) {
    connection = address;
    request(address);
  }

  /** A request has said from whom it comes. */
  void request(InetAddress from) {
    client = from;
    text = from.getHostAddress();
  }

  void proves(String name) {
    subject = name;
  }

  InetAddress connection() {
    return connection;
  }

  InetAddress client() {
    return client;
  }

  String text() {
    return text;
  }

  Optional<String> subject() {
    return Optional.ofNullable(subject);
  }
}
