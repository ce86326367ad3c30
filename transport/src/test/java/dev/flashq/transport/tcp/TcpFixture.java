package dev.flashq.transport.tcp;

import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.FakeGateway;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportStats;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A TCP server in front of a fake gateway. */
final class TcpFixture implements AutoCloseable {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  final FakeGateway gateway = new FakeGateway();
  final TransportStats stats = new TransportStats();
  final TcpServer server;
  final int port;

  TcpFixture() {
    this(Tokens.NONE, TransportLimits.DEFAULTS);
  }

  TcpFixture(TokenCheck tokens, TransportLimits limits) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        new TcpServer(
            new TcpSettings(address, 1, limits),
            gateway,
            tokens,
            stats,
            () ->
                new ClusterHints.Hint(
                    "n1", "n2", "127.0.0.1:6889", List.of("127.0.0.1:6789", "127.0.0.1:6889")));
    port = server.start();
  }

  TextClient text() throws IOException {
    return new TextClient(port);
  }

  BinaryClient binary() throws IOException {
    return new BinaryClient(port);
  }

  @Override
  public void close() {
    server.close();
    gateway.close();
  }
}
