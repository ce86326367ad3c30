package dev.flashq.transport.tcp;

import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.FakeGateway;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportStats;
import dev.flashq.transport.connection.TransportContext;
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
  final TransportContext context;
  final TcpServer server;
  final int port;

  TcpFixture() {
    this(Tokens.NONE, TestLimits.LIMITS);
  }

  TcpFixture(TokenCheck tokens, TransportLimits limits) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    context =
        new TransportContext(
            gateway,
            tokens,
            stats,
            limits,
            () ->
                new ClusterHints.Hint(
                    "n1", "n2", "127.0.0.1:6889", List.of("127.0.0.1:6789", "127.0.0.1:6889")));
    server = new TcpServer(TcpServer.at(address), context);
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
