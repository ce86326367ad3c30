package dev.flashq.transport.tcp;

import dev.flashq.transport.connection.Listener;
import dev.flashq.transport.connection.ListenerSettings;
import dev.flashq.transport.connection.TransportContext;
import java.net.InetSocketAddress;

/** Serves the TCP protocol on one address. */
public final class TcpServer implements AutoCloseable {
  private static final int THREADS = 2;

  private final Listener listener;

  public TcpServer(ListenerSettings settings, TransportContext context) {
    this.listener = new Listener(settings, context, TcpProtocol::new);
  }

  /** Workers keep their connections, however long nothing happens. */
  public static ListenerSettings at(InetSocketAddress address) {
    return new ListenerSettings("tcp", address, THREADS, ListenerSettings.NEVER);
  }

  /** Begins to listen, and answers the port. */
  public int start() {
    return listener.start();
  }

  /** It has changed who may do what. For any thread; returns at once. */
  public void recheck() {
    listener.recheck();
  }

  /** Connections that are open. */
  public int connections() {
    return listener.connections();
  }

  /**
   * Accepts nobody any more, answers what is open, and closes the connections gently; takes a
   * bounded time.
   */
  @Override
  public void close() {
    listener.close();
  }
}
