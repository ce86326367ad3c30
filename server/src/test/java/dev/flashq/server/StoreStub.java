package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One server that speaks as much of Vault, of AWS Secrets Manager and of AWS KMS as a node asks of
 * them, each with one secret or one key.
 */
final class StoreStub implements AutoCloseable {
  static final String SECRET_ID = "planted-Rk7vD2-secret-id";

  /** With what Vault's own tokens begin. */
  static final String VAULT_TOKEN = "hvs.planted-Bw4nQ9-";

  private final HttpServer server;
  private final AtomicInteger logins = new AtomicInteger();
  private final Set<String> alive = ConcurrentHashMap.newKeySet();

  /** The fields of the secret. */
  final Map<String, String> fields = new ConcurrentHashMap<>();

  /** What all questions but logins are answered with; 200: as they should be. */
  volatile int status = 200;

  StoreStub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/v1/auth/approle/login")) {
        boolean good = body.contains("\"the-role\"") && body.contains('"' + SECRET_ID + '"');
        say(exchange, good ? 200 : 400, good ? login() : "{\"errors\":[]}");
      } else if (status != 200) {
        say(exchange, status, "{\"errors\":[\"" + fields + "\"]}");
      } else if (path.equals("/v1/secret/data/flashq")) {
        String token = String.valueOf(exchange.getRequestHeaders().getFirst("X-Vault-Token"));
        boolean good = alive.contains(token);
        say(exchange, good ? 200 : 403, good ? "{\"data\":{\"data\":" + json() + "}}" : "{}");
      } else if (path.startsWith("/v1/transit/") || target(exchange).startsWith("TrentService.")) {
        say(exchange, 200, keys(body));
      } else if ("secretsmanager.GetSecretValue".equals(target(exchange))) {
        say(exchange, 200, "{\"SecretString\":\"" + json().replace("\"", "\\\"") + "\"}");
      } else {
        say(exchange, 404, "{}");
      }
    }
  }

  private static String target(HttpExchange exchange) {
    return String.valueOf(exchange.getRequestHeaders().getFirst("X-Amz-Target"));
  }

  /** What a key of Vault's or of KMS's makes of it; that it hides nothing is no matter here. */
  private static String keys(String body) {
    Matcher given =
        Pattern.compile(
                "\"(plaintext|ciphertext|Plaintext|CiphertextBlob)\":\"(?:vault:v1:)?([^\"]*)\"")
            .matcher(body);
    if (!given.find()) {
      return "{}";
    }
    byte[] bytes = Base64.getDecoder().decode(given.group(2));
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= (byte) 0x5a;
    }
    String made = Base64.getEncoder().encodeToString(bytes);
    return switch (given.group(1)) {
      case "plaintext" -> "{\"data\":{\"ciphertext\":\"vault:v1:" + made + "\"}}";
      case "ciphertext" -> "{\"data\":{\"plaintext\":\"" + made + "\"}}";
      case "Plaintext" -> "{\"CiphertextBlob\":\"" + made + "\"}";
      default -> "{\"Plaintext\":\"" + made + "\"}";
    };
  }

  private String login() {
    String token = VAULT_TOKEN + logins.incrementAndGet();
    alive.add(token);
    return "{\"auth\":{\"client_token\":\""
        + token
        + "\",\"lease_duration\":3600,\"renewable\":true}}";
  }

  /** Of texts without quotes. */
  private String json() {
    var json = new StringBuilder("{");
    fields.forEach(
        (name, value) ->
            json.append(json.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":\"")
                .append(value.replace("\n", "\\n"))
                .append('"'));
    return json.append('}').toString();
  }

  private static void say(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
