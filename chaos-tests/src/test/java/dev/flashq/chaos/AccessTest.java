package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens, roles and what they allow on three real nodes, through every port. */
class AccessTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String ADMIN = "an-admin-token-of-the-configuration";
  private static final Pattern CREATED =
      Pattern.compile("\"id\":([0-9]+),.*?\"created_at\":([0-9]+)");
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable LocalCluster started;

  private LocalCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private void start(Map<String, String> settings, String token) throws IOException {
    var all = new HashMap<>(settings);
    all.put("FLASHQ_LOG_LEVEL", "warn");
    started =
        LocalCluster.plan(
                new LocalCluster.Plan(3, folder.resolve("nodes"), 0, BuiltNode.command(), all)
                    .withToken(Optional.of(token)))
            .start()
            .awaitReady(START);
  }

  @BeforeEach
  void noClusterYet() {
    started = null;
  }

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
  }

  private HttpResponse<String> send(
      LocalNode node, String method, String path, String body, String token)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
            .header("Authorization", "Bearer " + token)
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .timeout(SOON)
            .build(),
        BodyHandlers.ofString());
  }

  private String done(LocalNode node, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(node, method, path, body, ADMIN);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private static String tokenIn(String answer) {
    Matcher matcher = TOKEN.matcher(answer);
    assertThat(matcher.find()).as(answer).isTrue();
    return matcher.group(1);
  }

  /** A conversation by TCP. */
  private record Session(Socket socket, BufferedReader in) implements AutoCloseable {
    static Session open(LocalNode node) throws IOException {
      Socket socket = new Socket("127.0.0.1", node.tcpPort());
      socket.setSoTimeout((int) SOON.toMillis());
      return new Session(
          socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)));
    }

    static Session login(LocalNode node, String token) throws IOException {
      Session session = open(node);
      assertThat(session.ask("{'cmd':'AUTH','token':'" + token + "'}")).contains("\"ok\":true");
      return session;
    }

    String ask(String request) throws IOException {
      send(request);
      return String.valueOf(in.readLine());
    }

    void send(String request) throws IOException {
      socket.getOutputStream().write((request.replace('\'', '"') + "\n").getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void rulesHoldOnEveryNodeAndPortAndUnderTheNextLeader() throws Exception {
    start(Map.of("FLASHQ_AUTH_TOKENS", "admin:" + ADMIN), ADMIN);
    LocalNode first = cluster().nodes().getFirst();
    done(
        first,
        "PUT",
        "/security/roles/producer",
        "{'queues':['jobs.*'],'operations':['push'],"
            + "'deny':[{'queues':['*secret'],'operations':['*']}]}");
    String token =
        tokenIn(done(first, "POST", "/security/tokens", "{'name':'p','roles':['producer']}"));
    cluster().nodes().forEach(node -> mayPushOnly(node, token));

    LocalNode old = cluster().awaitLeader(START);
    old.kill();
    cluster().nodes().stream().filter(node -> node != old).forEach(n -> mayPushOnly(n, token));
    old.start();
    cluster().awaitReady(START);
    mayPushOnly(old, token);

    LocalNode other = cluster().nodes().getLast();
    try (Session idle = Session.login(other, token);
        Session pulling = Session.login(other, ADMIN)) {
      pulling.send("{'cmd':'PULL','queue':'empty','timeout':30000}");
      done(first, "DELETE", "/security/tokens/p", "");
      long revoked = System.nanoTime();
      assertThat(idle.in.readLine()).isNull();
      assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(Duration.ofSeconds(1));
      assertThat(pulling.in.ready()).isFalse();
    }
    for (LocalNode node : cluster().nodes()) {
      assertThat(send(node, "POST", "/queues/jobs.a/jobs", "{'data':1}", token).statusCode())
          .isEqualTo(401);
    }
  }

  private void mayPushOnly(LocalNode node, String token) {
    try (Session session = Session.login(node, token)) {
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(session.ask("{'cmd':'PUSH','queue':'jobs.a','data':1}"))
                      .contains("\"ok\":true"));
      assertThat(session.ask("{'cmd':'PUSH','queue':'jobs.secret','data':1}"))
          .contains("Unauthorized: token may not push to queue jobs.secret", "FORBIDDEN");
      assertThat(session.ask("{'cmd':'PULL','queue':'jobs.a','timeout':0}"))
          .contains("Unauthorized: token may not pull from queue jobs.a");
      assertThat(session.ask("{'cmd':'TOKENLIST'}")).contains("FORBIDDEN");
      assertThat(session.ask("{'cmd':'LISTQUEUES'}")).contains("jobs.a").doesNotContain("mail");
      HttpResponse<String> foreign = send(node, "POST", "/queues/mail/jobs", "{'data':1}", token);
      assertThat(foreign.statusCode()).isEqualTo(403);
      assertThat(send(node, "POST", "/queues/jobs.a/jobs", "{'data':1}", token).statusCode())
          .isEqualTo(200);
      assertThat(send(node, "POST", "/cluster/clock", "", token).statusCode()).isEqualTo(403);
      assertThat(send(node, "GET", "/security/access?op=push&queue=jobs.a", "", token).body())
          .contains("\"allowed\":true", "producer");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** By the times at which the jobs were taken, as the log has them. */
  @Test
  void aQuotaHoldsOverAllNodesAndUnderTheNextLeader() throws Exception {
    int max = 20;
    long windowMs = 2000;
    start(Map.of("FLASHQ_AUTH_TOKENS", "admin:" + ADMIN), ADMIN);
    LocalNode first = cluster().nodes().getFirst();
    done(first, "PUT", "/security/roles/p", "{'queues':['*'],'operations':['push','getJob']}");
    done(
        first,
        "PUT",
        "/security/quotas/role/p",
        "{'pushes':[{'queues':['jobs.*'],'max':" + max + ",'duration':" + windowMs + "}]}");
    String token = tokenIn(done(first, "POST", "/security/tokens", "{'name':'p','roles':['p']}"));
    var stopped = new AtomicBoolean();
    var refused = new ConcurrentLinkedQueue<HttpResponse<String>>();
    List<Thread> pushers =
        cluster().nodes().stream()
            .map(
                node ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              while (!stopped.get()) {
                                pushOnce(node, token, refused);
                              }
                            }))
            .toList();
    await().atMost(SOON).until(() -> jobs(first).size() >= 2 * max);
    LocalNode old = cluster().awaitLeader(START);
    LocalNode other = cluster().nodes().stream().filter(n -> n != old).findFirst().orElseThrow();
    old.kill();
    int before = jobs(other).size();
    await().atMost(SOON).until(() -> jobs(other).size() >= before + 2 * max);
    old.start();
    cluster().awaitReady(START);
    int later = jobs(other).size();
    await().atMost(SOON).until(() -> jobs(other).size() >= later + max);
    stopped.set(true);
    for (Thread pusher : pushers) {
      pusher.join();
    }

    List<Long> at = jobs(other);
    for (int i = max; i < at.size(); i++) {
      assertThat(at.get(i) - at.get(i - max))
          .as("job %s of %s", i, at)
          .isGreaterThanOrEqualTo(windowMs);
    }
    assertThat(refused).isNotEmpty();
    HttpResponse<String> refusal = refused.element();
    assertThat(refusal.body())
        .containsPattern("Rate limit exceeded for queue: jobs.q, retry after: [0-9]+")
        .contains("RATE_LIMITED");
    assertThat(refusal.headers().firstValue("retry-after").orElseThrow()).matches("[12]");
  }

  private void pushOnce(LocalNode node, String token, Queue<HttpResponse<String>> refused) {
    try {
      HttpResponse<String> response =
          send(node, "POST", "/queues/jobs.q/jobs", "{'data':1}", token);
      if (response.statusCode() == 429) {
        refused.add(response);
      }
      try (Session session = Session.login(node, token)) {
        session.ask("{'cmd':'PUSHB','queue':'jobs.q','jobs':[{'data':1},{'data':2}]}");
      }
    } catch (IOException | InterruptedException | AssertionError e) {
      // The node is down or has no leader.
    }
  }

  /** When the jobs were taken, in order. */
  private List<Long> jobs(LocalNode node) throws IOException, InterruptedException {
    HttpResponse<String> page = send(node, "GET", "/jobs?queue=jobs.q&limit=1000", "", ADMIN);
    var at = new TreeMap<Long, Long>();
    Matcher job = CREATED.matcher(page.body());
    while (job.find()) {
      // An item of the page says its id and time more than once.
      at.put(Long.parseLong(job.group(1)), Long.parseLong(job.group(2)));
    }
    return at.values().stream().sorted().toList();
  }

  /** The three steps of the guide, by a file that all nodes watch: nobody is refused meanwhile. */
  @Test
  void aTokenIsRotatedByAFileWithoutARefusedRequest() throws Exception {
    String old = "the-old-token-of-all-workers";
    String fresh = "the-new-token-of-all-workers";
    Path file = folder.resolve("tokens");
    write(file, old);
    start(Map.of("AUTH_TOKENS_FILE", file.toString()), old);
    try (Load byOld = new Load(cluster().nodes(), old)) {
      byOld.awaitPushes(200);
      write(file, old + "\n" + fresh + "\n");
      for (LocalNode node : cluster().nodes()) {
        await().atMost(SOON).until(() -> isKnown(node, fresh));
      }
      try (Load byNew = new Load(cluster().nodes(), fresh)) {
        byNew.awaitPushes(200);
        byOld.end();
        write(file, fresh);
        for (LocalNode node : cluster().nodes()) {
          await().atMost(SOON).until(() -> isUnknown(node, old));
        }
        byNew.awaitPushes(200);
        byNew.end();
      }
    }
  }

  private static void write(Path file, String tokens) throws IOException {
    Path next = file.resolveSibling("tokens.next");
    Files.writeString(next, tokens);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isKnown(LocalNode node, String token) throws IOException {
    try (Session session = Session.open(node)) {
      return session.ask("{'cmd':'AUTH','token':'" + token + "'}").contains("\"ok\":true");
    }
  }

  private static boolean isUnknown(LocalNode node, String token) throws IOException {
    try (Session session = Session.open(node)) {
      return session.ask("{'cmd':'AUTH','token':'" + token + "'}").contains("INVALID_TOKEN");
    }
  }

  /** Pushes on every node, by TCP in one session and by HTTP, until it is ended. */
  private final class Load implements AutoCloseable {
    private final List<Thread> threads;
    private final AtomicInteger pushes = new AtomicInteger();
    private final Queue<String> refused = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    Load(List<LocalNode> nodes, String token) {
      threads =
          nodes.stream().map(node -> Thread.ofVirtual().start(() -> push(node, token))).toList();
    }

    private void push(LocalNode node, String token) {
      try (Session session = Session.login(node, token)) {
        while (!ended) {
          check(session.ask("{'cmd':'PUSH','queue':'q','data':1}"));
          check(send(node, "POST", "/queues/q/jobs", "{'data':1}", token).body());
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        refused.add(e.toString());
      }
    }

    private void check(String answer) {
      if (answer.contains("\"ok\":true") || answer.contains("\"id\"")) {
        pushes.incrementAndGet();
      } else {
        refused.add(answer);
      }
    }

    void awaitPushes(int more) {
      int before = pushes.get();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !refused.isEmpty() || pushes.get() >= before + more);
      assertThat(refused).isEmpty();
    }

    void end() throws InterruptedException {
      ended = true;
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(refused).isEmpty();
    }

    @Override
    public void close() {
      ended = true;
    }
  }

  @Test
  void theFirstLeaderMakesATokenAndShowsItOnce() throws Exception {
    var settings = Map.of("FLASHQ_AUTH_BOOTSTRAP", "true", "FLASHQ_LOG_LEVEL", "warn");
    started =
        LocalCluster.plan(
                new LocalCluster.Plan(3, folder.resolve("nodes"), 0, BuiltNode.command(), settings))
            .start()
            .awaitReady(START);
    Pattern shown = Pattern.compile("shown only now: (fq_[A-Za-z0-9_-]+)");
    List<String> tokens =
        await()
            .atMost(SOON)
            .until(
                () ->
                    cluster().nodes().stream()
                        .flatMap(node -> shown.matcher(output(node)).results())
                        .map(found -> found.group(1))
                        .toList(),
                found -> found.size() == 1);
    for (LocalNode node : cluster().nodes()) {
      try (Session session = Session.login(node, tokens.getFirst())) {
        assertThat(session.ask("{'cmd':'TOKENLIST'}")).contains("\"name\":\"admin\"");
      }
      try (Session session = Session.open(node)) {
        assertThat(session.ask("{'cmd':'STATS'}")).contains("UNAUTHENTICATED");
      }
    }
  }

  private static String output(LocalNode node) {
    try {
      return Files.readString(node.output());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
