package dev.flashq.secrets.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server that speaks GetSecretValue, as AWS documents it, or what it is told to. */
final class FakeAws implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  final List<Asked> asked = new CopyOnWriteArrayList<>();
  volatile int status = 200;
  volatile String body = secret("the-token");

  /** What answers in its place, if anything. */
  volatile @Nullable Instead instead;

  /** Answers an exchange by itself. */
  interface Instead {
    void answer(HttpExchange exchange, Asked asked) throws IOException;
  }

  /** What came, with the headers that matter. */
  record Asked(String method, @Nullable String target, @Nullable String signed, String body) {}

  FakeAws() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The answer that has a secret without quotes. */
  static String secret(String text) {
    return "{\"ARN\":\"arn:aws:secretsmanager:us-east-1:1:secret:a\",\"Name\":\"a\",\"SecretString\":\""
        + text
        + "\",\"VersionId\":\"v1\",\"VersionStages\":[\"AWSCURRENT\"]}";
  }

  static String failure(String type) {
    return "{\"__type\":\"" + type + "\",\"message\":\"the-token of arn:aws\"}";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getRequestHeaders();
      Asked question =
          new Asked(
              exchange.getRequestMethod(),
              headers.getFirst("X-Amz-Target"),
              headers.getFirst("Authorization"),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8));
      asked.add(question);
      Instead other = instead;
      if (other != null) {
        other.answer(exchange, question);
        return;
      }
      say(exchange, status, body);
    }
  }

  static void say(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** The head of an answer, and then a byte now and then. */
  void drip(HttpExchange exchange, Asked asked) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try {
      while (!end.await(50, TimeUnit.MILLISECONDS)) {
        exchange.getResponseBody().write(' ');
        exchange.getResponseBody().flush();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** One of the ways in which the SDK finds who asks. */
  static void credentials() {
    System.setProperty("aws.accessKeyId", "AKIDEXAMPLE");
    System.setProperty("aws.secretAccessKey", "the-key");
  }

  static void noCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
