package dev.flashq.security.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A server that speaks the part of Vault's API that is asked for, as Vault documents it. */
public final class FakeVault implements AutoCloseable {
  private final HttpServer server;
  private final String scheme;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger logins = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Set<String> alive = ConcurrentHashMap.newKeySet();

  public final FakeTransit transit = new FakeTransit();

  /** The fields of each path, in JSON. */
  public final Map<String, String> secrets = new ConcurrentHashMap<>();

  public final List<Asked> asked = new CopyOnWriteArrayList<>();
  public volatile String secretId = "secret-1";
  public volatile int lease = 3600;
  public volatile int renewedLease = 3600;
  public volatile boolean renewable = true;
  public volatile boolean renews = true;

  /** What answers in place of Vault, if anything. */
  public volatile @Nullable Instead instead;

  /** Answers an exchange by itself, or leaves it. */
  public interface Instead {
    boolean answer(HttpExchange exchange) throws IOException;
  }

  /** What came. */
  public record Asked(String method, String path, String token, String namespace, String body) {}

  public FakeVault() throws IOException {
    this(HttpServer.create(), "http");
  }

  private FakeVault(HttpServer server, String scheme) throws IOException {
    this.server = server;
    this.scheme = scheme;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
    secrets.put("secret/data/flashq", "{\"token\":\"the-token\",\"n\":1}");
  }

  static FakeVault withTls(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create();
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new FakeVault(server, "https");
  }

  public String address() {
    return scheme + "://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Of a role that may log in. */
  public VaultSession session(String namespace, Duration limit, LongSupplier nanos) {
    var client = new VaultClient(URI.create(address()), namespace, null, limit);
    return new VaultSession(
        client, "role-1", new FixedSecret("vault.secret-id", "secret-1"), nanos);
  }

  /** All its tokens end at once. */
  public void revokeAll() {
    alive.clear();
  }

  public long count(String path) {
    return asked.stream().filter(one -> one.path().equals(path)).count();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders();
      var question =
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getPath().replaceFirst("^/v1/", ""),
              Objects.requireNonNullElse(headers.getFirst("X-Vault-Token"), ""),
              Objects.requireNonNullElse(headers.getFirst("X-Vault-Namespace"), ""),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      asked.add(question);
      Instead other = instead;
      if (other == null || !other.answer(exchange)) {
        answer(exchange, question);
      }
    }
  }

  private void answer(HttpExchange exchange, Asked question) throws IOException {
    if (question.path.equals("auth/approle/login")) {
      boolean good =
          question.body.contains("\"role-1\"") && question.body.contains('"' + secretId + '"');
      say(exchange, good ? 200 : 400, good ? login() : errors("invalid role or secret ID"));
    } else if (!alive.contains(question.token)) {
      say(exchange, 403, errors("permission denied"));
    } else if (question.path.equals("auth/token/renew-self")) {
      say(exchange, renews ? 200 : 400, renews ? auth(question.token, renewedLease) : errors("no"));
    } else if (transit.serves(question.path)) {
      FakeTransit.Reply reply = transit.answer(question.path, question.body);
      say(exchange, reply.status(), reply.body());
    } else if (secrets.containsKey(question.path)) {
      say(
          exchange,
          200,
          "{\"data\":{\"data\":"
              + secrets.get(question.path)
              + ",\"metadata\":{\"version\":3,\"destroyed\":false,\"custom_metadata\":null}},\"warnings\":null}");
    } else {
      say(exchange, 404, "{\"errors\":[]}");
    }
  }

  private String login() {
    String token = "hvs." + logins.incrementAndGet();
    alive.add(token);
    return auth(token, lease);
  }

  private String auth(String token, int seconds) {
    return "{\"auth\":{\"client_token\":\""
        + token
        + "\",\"policies\":[\"default\"],\"lease_duration\":"
        + seconds
        + ",\"renewable\":"
        + renewable
        + "}}";
  }

  private static String errors(String what) {
    return "{\"errors\":[\"" + what + "\"]}";
  }

  public static void say(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Answers nothing as long as it is there. */
  boolean hang() {
    try {
      end.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** The head of an answer, and then a byte now and then. */
  public boolean drip(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (!end.await(20, TimeUnit.MILLISECONDS)) {
        exchange.getResponseBody().write(' ');
        exchange.getResponseBody().flush();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
