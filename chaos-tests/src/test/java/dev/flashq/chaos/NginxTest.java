package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import dev.flashq.protocol.Limits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipe for nginx, with other ports, addresses and paths, before three nodes. */
@NeedsPrograms({"nginx -v", "test -w /var/lib/nginx", "curl --version"})
class NginxTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String RECIPE = "nginx/nginx.conf";

  /** Clients have loopback addresses of their own; nginx reaches the nodes from 127.0.0.1. */
  private static final String CLIENT = "127.0.0.50";

  private static final String DENIED = "127.0.0.66";

  @TempDir static Path folder;
  private static @Nullable LocalCluster cluster;
  private static @Nullable Nginx nginx;
  private static @Nullable SSLContext trust;

  @BeforeAll
  static void start() throws Exception {
    flashq("certs", "ca", "--out", folder.resolve("pki").toString());
    flashq(
        "certs",
        "server",
        "--ca",
        folder.resolve("pki").toString(),
        "--name",
        "flashq",
        "--host",
        "flashq.example.com,127.0.0.1",
        "--out",
        folder.toString());
    trust = Trust.in(folder.resolve("pki/ca.pem"));
    LocalCluster started =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3,
                    folder.resolve("nodes"),
                    0,
                    BuiltNode.command(),
                    Map.of(
                        "FLASHQ_TCP_TLS",
                        "optional",
                        "FLASHQ_HTTP_TLS",
                        "optional",
                        "FLASHQ_TLS_CERTIFICATE",
                        folder.resolve("flashq.pem").toString(),
                        "FLASHQ_TLS_KEY",
                        folder.resolve("flashq-key.pem").toString(),
                        "FLASHQ_LOG_LEVEL",
                        "warn",
                        "FLASHQ_PROXY_TRUSTED",
                        "127.0.0.1/32",
                        "FLASHQ_HTTP_DENY",
                        DENIED,
                        "FLASHQ_TCP_DENY",
                        DENIED)))
            .start();
    cluster = started;
    started.awaitReady(START);
    nginx = Nginx.start(Recipe.of(RECIPE), started.nodes(), folder.resolve("nginx"), folder);
  }

  @AfterAll
  static void stop() {
    if (nginx != null) {
      nginx.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private static Nginx nginx() {
    return Objects.requireNonNull(nginx);
  }

  private static LocalCluster cluster() {
    return Objects.requireNonNull(cluster);
  }

  private static SSLContext trust() {
    return Objects.requireNonNull(trust);
  }

  private static void flashq(String... arguments) {
    var command = new ArrayList<>(List.of("./flashq"));
    command.addAll(List.of(arguments));
    Program.run(BuiltNode.AS_BUILT, command).checked();
  }

  /** HTTP of a client with this address. */
  private record Http(HttpClient client) implements AutoCloseable {
    static Http from(String address) throws IOException {
      return new Http(
          HttpClient.newBuilder()
              .sslContext(trust())
              .localAddress(InetAddress.getByName(address))
              .build());
    }

    CompletableFuture<HttpResponse<String>> send(String method, String path, String body) {
      return send(request(path).method(method, BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    CompletableFuture<HttpResponse<String>> send(HttpRequest.Builder request) {
      return client.sendAsync(request.timeout(SOON).build(), BodyHandlers.ofString());
    }

    static HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + nginx().httpPort() + path));
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** A conversation by TCP in TLS of a client with this address. */
  private record Session(Socket socket, BufferedReader in) implements AutoCloseable {
    static Session from(String address) throws IOException {
      return from(address, nginx());
    }

    static Session from(String address, Nginx nginx) throws IOException {
      SSLSocket socket = (SSLSocket) trust().getSocketFactory().createSocket();
      socket.bind(new InetSocketAddress(address, 0));
      socket.connect(new InetSocketAddress("127.0.0.1", nginx.tcpPort()));
      socket.setSoTimeout((int) SOON.toMillis());
      return new Session(
          socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)));
    }

    String ask(String request) throws IOException {
      socket.getOutputStream().write((request.replace('\'', '"') + "\n").getBytes(UTF_8));
      return String.valueOf(in.readLine());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void pushesAndLongPollsByHttps() throws Exception {
    try (Http http = Http.from(CLIENT)) {
      long asked = System.nanoTime();
      assertThat(http.send("GET", "/queues/empty/jobs?timeout=1500", "").join().body())
          .contains("\"ok\":true")
          .doesNotContain("\"id\"");
      assertThat(Duration.ofNanos(System.nanoTime() - asked))
          .isGreaterThan(Duration.ofMillis(1400));

      var pulled = http.send("GET", "/queues/mail%3Aout/jobs?timeout=20000", "");
      HttpResponse<String> pushed =
          http.send("POST", "/queues/mail%3Aout/jobs", "{'data':{'to':'ada'}}").join();
      assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(200);
      assertThat(pulled.join().body()).contains("\"to\":\"ada\"", "\"queue\":\"mail:out\"");
    }
  }

  @Test
  void takesBodiesAsLargeAsANodeDoes() throws Exception {
    String data = "x".repeat(8 * 1024 * 1024);
    try (Http http = Http.from(CLIENT)) {
      HttpResponse<String> pushed =
          http.send("POST", "/queues/large/jobs", "{'data':'" + data + "'}").join();
      assertThat(pushed.statusCode()).as(pushed.body().substring(0, 40)).isEqualTo(200);
    }
  }

  @Test
  void keepsMetricsFromWhoeverHasNoToken() throws Exception {
    assertThat(cluster().get(cluster().nodes().getFirst(), "/metrics/prometheus"))
        .hasValueSatisfying(page -> assertThat(page.statusCode()).isEqualTo(200));
    try (Http http = Http.from(CLIENT)) {
      for (String path :
          List.of("/metrics/prometheus", "/metrics/prometheus?a=1", "/metrics//%70rometheus")) {
        assertThat(http.send("GET", path, "").join().statusCode()).as(path).isEqualTo(404);
      }
      assertThat(http.send("GET", "/metrics", "").join().statusCode()).isEqualTo(200);
      assertThat(http.send("GET", "/health/ready", "").join().statusCode()).isEqualTo(200);
    }
  }

  /** As WebSocket clients do; a page that knows nothing of it answers as always. */
  @Test
  void handsOnTheWishForAnotherProtocol() {
    Program curl =
        Program.run(
            "curl",
            "-fsS",
            "--http1.1",
            "--cacert",
            folder.resolve("pki/ca.pem").toString(),
            "-H",
            "Connection: Upgrade",
            "-H",
            "Upgrade: websocket",
            "https://127.0.0.1:" + nginx().httpPort() + "/health/live");

    assertThat(curl.checked()).isNotEmpty();
  }

  @Test
  void rulesOfHttpGoByTheClientsAddress() throws Exception {
    try (Http denied = Http.from(DENIED);
        Http other = Http.from(CLIENT)) {
      for (int node = 0; node < 3; node++) {
        assertThat(denied.send("GET", "/stats", "").join())
            .satisfies(answer -> assertThat(answer.statusCode()).isEqualTo(403))
            .satisfies(answer -> assertThat(answer.body()).contains("FORBIDDEN"));
        assertThat(
                denied
                    .send(Http.request("/stats").header("X-Forwarded-For", CLIENT))
                    .join()
                    .statusCode())
            .as("what a client says of itself does not count")
            .isEqualTo(403);
        assertThat(
                other
                    .send(Http.request("/stats").header("X-Forwarded-For", DENIED))
                    .join()
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void sessionsByTcpGoOnInTls() throws Exception {
    try (Session worker = Session.from(CLIENT);
        Session web = Session.from(CLIENT)) {
      var pulled =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return worker.ask("{'cmd':'PULL','queue':'tcp','timeout':20000}");
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertThat(web.ask("{'cmd':'PUSH','queue':'tcp','data':{'n':1}}")).contains("\"ok\":true");
      assertThat(pulled.join()).contains("\"data\":{\"n\":1}");
      assertThat(web.ask("{'cmd':'PING'}")).contains("\"ok\":true");
    }
  }

  @Test
  void rulesOfTcpGoByTheClientsAddress() throws Exception {
    for (int node = 0; node < 3; node++) {
      try (Session session = Session.from(CLIENT)) {
        assertThat(session.ask("{'cmd':'PING'}")).contains("\"ok\":true");
      }
      try (Session session = Session.from(DENIED)) {
        assertThat(session.ask("{'cmd':'PING'}")).isEqualTo("null");
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
  }

  @Test
  void servesTheJavaClient() throws Exception {
    try (FlashQ client =
        FlashQ.at("127.0.0.1:" + nginx().tcpPort())
            .tls(folder.resolve("pki/ca.pem"))
            .timeout(SOON)
            .connect()) {
      long id = client.push("java", Data.of("hello")).join();
      assertThat(client.pull("java", 1, Duration.ofSeconds(5)).join())
          .extracting(Job::id)
          .containsExactly(id);
    }
  }

  @Test
  void goesOnWithoutOneOfTheNodes() throws Exception {
    LocalCluster nodes = cluster();
    LocalNode leader = nodes.awaitLeader(START);
    LocalNode other =
        nodes.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    other.kill();
    try (Http http = Http.from(CLIENT)) {
      for (int i = 0; i < 4; i++) {
        assertThat(http.send("POST", "/queues/two/jobs", "{'data':1}").join().statusCode())
            .isEqualTo(200);
        try (Session session = Session.from(CLIENT)) {
          assertThat(session.ask("{'cmd':'PUSH','queue':'two','data':1}")).contains("\"ok\":true");
        }
      }
    } finally {
      other.start();
      nodes.awaitReady(START);
    }
  }

  /** With the lines of the README, in their places. */
  @Test
  void encryptsAlsoWhatGoesToTheNodes() throws Exception {
    Matcher lines =
        Pattern.compile("```nginx\n(.*?)```", Pattern.DOTALL)
            .matcher(Recipe.of("nginx/README.md").text());
    assertThat(lines.find()).isTrue();
    Recipe encrypted =
        Recipe.of(RECIPE)
            .with(
                "proxy_pass http://flashq_http;",
                "proxy_pass https://flashq_http;" + lines.group(1))
            .with("proxy_pass flashq_tcp;", "proxy_pass flashq_tcp; proxy_ssl on;" + lines.group(1))
            .with("/etc/ssl/flashq-ca.pem", folder.resolve("pki/ca.pem"));
    double before = encryptedConnections();
    try (Nginx front =
            Nginx.start(encrypted, cluster().nodes(), folder.resolve("encrypted"), folder);
        Http http = Http.from(CLIENT);
        Http denied = Http.from(DENIED)) {
      URI page = URI.create("https://127.0.0.1:" + front.httpPort() + "/stats");
      assertThat(http.send(HttpRequest.newBuilder(page)).join().statusCode()).isEqualTo(200);
      assertThat(denied.send(HttpRequest.newBuilder(page)).join().statusCode()).isEqualTo(403);
      assertThat(encryptedConnections()).isGreaterThan(before);
      try (Session session = Session.from(CLIENT, front)) {
        assertThat(session.ask("{'cmd':'PING'}")).contains("\"ok\":true");
      }
      assertThat(encryptedConnections()).isGreaterThan(before + 2);
    }
  }

  /** At the nodes themselves. */
  private static double encryptedConnections() {
    return cluster().nodes().stream()
        .map(node -> cluster().get(node, "/metrics/prometheus").orElseThrow().body())
        .flatMap(
            page ->
                Pattern.compile("(?m)^flashq_tls_connections_total\\S* (\\S+)$")
                    .matcher(page)
                    .results())
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  @Test
  void doesNotGiveUpBeforeTheLongestPull() {
    String config = Recipe.of(RECIPE).text();

    assertThat(number(config, "proxy_timeout (\\d+)m;") * 60).isGreaterThan(Limits.WAIT_MS / 1000);
    assertThat(number(config, "proxy_read_timeout (\\d+)s;"))
        .isGreaterThan(Limits.HTTP_WAIT_MS / 1000);
    assertThat(number(config, "keepalive_timeout (\\d+)s;")).isLessThan(Limits.HTTP_IDLE_MS / 1000);
    assertThat(number(config, "client_max_body_size (\\d+)m;") * 1024 * 1024)
        .isEqualTo(Limits.FRAME_BYTES);
  }

  private static long number(String config, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(config);
    assertThat(matcher.find()).as(pattern).isTrue();
    return Long.parseLong(matcher.group(1));
  }
}
