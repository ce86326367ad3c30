package dev.flashq.transport.http;

import dev.flashq.statemachine.Principal;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;

/** An HTTP server in front of a fake gateway, and a client. */
final class HttpFixture implements AutoCloseable {
  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
  }

  final FakeGateway gateway = new FakeGateway();
  final TransportStats stats = new TransportStats();
  final TransportContext context;
  final HttpServer server;
  final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  HttpFixture() {
    this(Tokens.NONE, TestLimits.LIMITS);
  }

  HttpFixture(TokenCheck tokens, TransportLimits limits) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    context =
        new TransportContext(
            gateway, tokens, stats, limits, () -> new ClusterHints.Hint("n1", "", "", List.of()));
    server = new HttpServer(HttpServer.at(address), context, HttpFixture::ops);
    port = server.start();
  }

  static Optional<HttpAnswer> ops(String path, Principal principal) {
    return switch (path) {
      case "/health" -> Optional.of(new HttpAnswer(503, "application/json", "{\"ok\":false}"));
      case "/cluster" -> Optional.of(new HttpAnswer(200, "application/json", "{\"ok\":true}"));
      case "/metrics/prometheus" ->
          Optional.of(new HttpAnswer(200, "text/plain; version=0.0.4", "up 1\n"));
      default -> Optional.empty();
    };
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(path)).GET(), headers);
  }

  /** Single quotes in the body stand for double ones. */
  HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.ofString(body.replace('\'', '"'))),
        headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request, String... headers)
      throws IOException, InterruptedException {
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(
        request.version(HttpClient.Version.HTTP_1_1).build(), HttpResponse.BodyHandlers.ofString());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  @Override
  public void close() {
    client.close();
    server.close();
    gateway.close();
  }
}
