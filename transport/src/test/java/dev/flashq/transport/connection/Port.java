package dev.flashq.transport.connection;

import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.util.function.IntSupplier;

/** A server that listens. */
record Port(int number, IntSupplier connections, AutoCloseable server) {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  int open() {
    return connections.getAsInt();
  }

  RawClient client(Spoken spoken) throws IOException {
    return new RawClient(spoken, number);
  }

  void close() {
    try {
      server.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
