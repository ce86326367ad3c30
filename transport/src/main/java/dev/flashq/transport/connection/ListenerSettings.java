package dev.flashq.transport.connection;

import java.net.InetSocketAddress;

/**
 * Where and how a port is served.
 *
 * @param name names the threads
 * @param address port 0: any free one
 * @param threads event loops
 * @param idleMs milliseconds after which a connection without traffic, and without a request that
 *     is being worked on, is ended; {@link #NEVER}: it may stay
 */
public record ListenerSettings(
    String name, InetSocketAddress address, int threads, long idleMs, Entrance entrance) {
  public static final long NEVER = 0;

  public ListenerSettings(String name, InetSocketAddress address, int threads, long idleMs) {
    this(name, address, threads, idleMs, Entrance.OPEN);
  }

  /** The same but for who may come in. */
  public ListenerSettings with(Entrance other) {
    return new ListenerSettings(name, address, threads, idleMs, other);
  }
}
