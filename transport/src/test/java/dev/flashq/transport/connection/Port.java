package dev.flashq.transport.connection;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A server that listens.
 *
 * @param encrypting how its clients make their sockets; null when they are plain
 */
record Port(
    int number,
    IntSupplier connections,
    AutoCloseable server,
    @Nullable SSLSocketFactory encrypting) {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  Port(int number, IntSupplier connections, AutoCloseable server) {
    this(number, connections, server, null);
  }

  /** The same port for clients that speak TLS. */
  Port with(SSLSocketFactory sockets) {
    return new Port(number, connections, server, sockets);
  }

  int open() {
    return connections.getAsInt();
  }

  RawClient client(Spoken spoken) throws IOException {
    return client(spoken, "");
  }

  /** A client whose connection begins with something in front of all that it says. */
  RawClient client(Spoken spoken, String front) throws IOException {
    return new RawClient(spoken, number, front, encrypting);
  }

  void close() {
    try {
      server.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
