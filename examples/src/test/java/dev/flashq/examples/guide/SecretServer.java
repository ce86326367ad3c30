package dev.flashq.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Gives out one token as Vault does and as AWS Secrets Manager does. */
final class SecretServer implements AutoCloseable {
  private final HttpServer server;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final String token;

  SecretServer(String token) throws IOException {
    this.token = token;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.createContext("/", this::answer);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Paths and bodies. */
  List<String> asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      // The order of an object's members is anybody's choice.
      asked.add(path + " " + sorted(body));
      byte[] answer = answer(path).getBytes(UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static String sorted(String body) {
    return body.startsWith("{\"secret_id\"") ? body.replaceFirst("\\{(.*),(.*)}", "{$2,$1}") : body;
  }

  private String answer(String path) {
    return switch (path) {
      case "/v1/auth/approle/login" ->
          "{\"auth\":{\"client_token\":\"hvs.example\",\"lease_duration\":3600}}";
      case "/v1/secret/data/flashq" -> "{\"data\":{\"data\":{\"token\":\"" + token + "\"}}}";
      default -> "{\"SecretString\":\"" + token + "\"}";
    };
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
