package dev.flashq.server;

import dev.flashq.server.config.ServerConfig;
import dev.flashq.transport.connection.Entrance;
import dev.flashq.transport.connection.ListenerSettings;
import dev.flashq.transport.connection.TlsMode;
import dev.flashq.transport.http.HttpServer;
import dev.flashq.transport.tcp.TcpServer;
import java.net.InetSocketAddress;
import java.util.Optional;

/** How a node listens for clients, and for those who look after it. */
record ClientPorts(ServerConfig config, Optional<PortTls> tls) {
  ListenerSettings tcp() {
    return TcpServer.at(address(config.tcp())).with(entrance(config.tcp()));
  }

  ListenerSettings http() {
    return HttpServer.at(address(config.http())).with(entrance(config.http()));
  }

  /** Empty when there is no port of its own for health and metrics. */
  Optional<ListenerSettings> ops() {
    return config.ops().map(ops -> HttpServer.pagesAt(address(ops)).with(entrance(ops)));
  }

  private static InetSocketAddress address(ServerConfig.Listener listener) {
    return new InetSocketAddress(listener.bind(), listener.port());
  }

  private Entrance entrance(ServerConfig.Listener listener) {
    boolean off = listener.tls() == TlsMode.OFF;
    return new Entrance(
        listener.tls(), off ? null : tls.orElseThrow().tls(), listener.rules(), config.proxies());
  }
}
