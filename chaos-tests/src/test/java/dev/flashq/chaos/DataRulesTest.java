package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schemas and policies for data on three real nodes, by TCP and HTTP. */
class DataRulesTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Path SCHEMA = Path.of("../docs/schemas/email.json");
  private static final String GOOD = "{'data':{'to':'ada@example.com','subject':'s','body':'b'}}";
  private static final String BAD = "{'data':{'to':'ada','subject':'s','body':'b'}}";
  private static final String CARD = "4111111111111111";
  private static final Pattern HELD = Pattern.compile("\"id\":(\\d+).*?\"lease\":(\\d+)");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private LocalCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                    3,
                    folder.resolve("nodes"),
                    0,
                    BuiltNode.command(),
                    Map.of("FLASHQ_LOG_LEVEL", "debug")))
            .start()
            .awaitReady(START);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private HttpResponse<String> send(LocalNode node, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .timeout(SOON)
            .build(),
        BodyHandlers.ofString());
  }

  /** What is asked by HTTP when the node can answer. */
  private HttpResponse<String> asked(LocalNode node, String method, String path, String body) {
    return await()
        .atMost(SOON)
        .ignoreExceptionsMatching(IOException.class::isInstance)
        .until(
            () -> send(node, method, path, body),
            response -> response.statusCode() != 503 && response.statusCode() != 409);
  }

  private void done(LocalNode node, String method, String path, String body) {
    HttpResponse<String> response = asked(node, method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private static String command(LocalNode node, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.tcpPort());
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.setSoTimeout((int) SOON.toMillis());
      socket.getOutputStream().write((request.replace('\'', '"') + "\n").getBytes(UTF_8));
      return String.valueOf(in.readLine());
    }
  }

  private LocalNode first() {
    return cluster.nodes().getFirst();
  }

  private void schema() throws IOException {
    String schema = Files.readString(SCHEMA);
    done(first(), "PUT", "/queues/emails*/schema", "{'schema':" + schema + "}");
  }

  private void policy(String body) {
    done(first(), "PUT", "/queues/pay*/policy", body);
  }

  @Test
  void aSchemaHoldsOnEveryNodeAndPortUnderTheNextLeaderAndAfterAllWereKilled() throws Exception {
    schema();
    cluster.nodes().forEach(this::checkSchema);

    LocalNode leader = cluster.awaitLeader(START);
    LocalNode other = cluster.nodes().stream().filter(n -> n != leader).findFirst().orElseThrow();
    var stopped = new AtomicBoolean();
    var taken = new AtomicInteger();
    Thread pusher = Thread.ofVirtual().start(() -> pushWrong(other, stopped, taken));
    leader.kill();
    await().atMost(SOON).until(() -> cluster.leader().filter(n -> n != leader).isPresent());
    checkSchema(other);
    leader.start();
    cluster.awaitReady(START);
    stopped.set(true);
    pusher.join();
    assertThat(taken).hasValue(0);

    cluster.nodes().forEach(LocalNode::kill);
    cluster.nodes().forEach(LocalNode::start);
    cluster.awaitReady(START);
    cluster.nodes().forEach(this::checkSchema);
  }

  private void pushWrong(LocalNode node, AtomicBoolean stopped, AtomicInteger taken) {
    while (!stopped.get()) {
      try {
        if (send(node, "POST", "/queues/emails/jobs", BAD).statusCode() == 200) {
          taken.incrementAndGet();
        }
      } catch (IOException | InterruptedException e) {
        // The node has no leader.
      }
    }
  }

  private void checkSchema(LocalNode node) {
    try {
      HttpResponse<String> refused = asked(node, "POST", "/queues/emails.x/jobs", BAD);
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(refused.body())
          .contains(
              "Invalid job data for queue emails.x: /to must be an email", "VALIDATION_ERROR");
      done(node, "POST", "/queues/emails.x/jobs", GOOD);
      assertThat(command(node, "{'cmd':'PUSH','queue':'emails'," + BAD.substring(1)))
          .contains("\"ok\":false", "/to must be an email", "VALIDATION_ERROR");
      assertThat(
              command(
                  node,
                  "{'cmd':'PUSHB','queue':'emails','jobs':["
                      + GOOD
                      + ","
                      + BAD
                      + ","
                      + GOOD
                      + "]}"))
          .contains("\"failed\":[{\"index\":1,", "/to must be an email")
          .containsPattern("\"ids\":\\[\\d+,\\d+\\]");
      done(node, "POST", "/queues/other/jobs", BAD);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatCameWithACardNumberIsNowhere() throws Exception {
    policy("{'no_card_numbers':true,'forbidden_fields':['cvv']}");
    for (LocalNode node : cluster.nodes()) {
      for (String data :
          List.of(
              "'" + CARD + "'",
              CARD,
              "{'a':[{'b':'" + CARD + "'}]}",
              "{'a':'\\u0034111111111111111'}",
              "{'a':'" + CARD + "','a':1}",
              "{'" + CARD + "':1}",
              "{'x':{'\\u0063vv':1}}")) {
        HttpResponse<String> refused =
            asked(node, "POST", "/queues/payments/jobs", "{'data':" + data + "}");
        assertThat(refused.statusCode()).as(data).isEqualTo(422);
        assertThat(refused.body()).doesNotContain(CARD);
        assertThat(command(node, "{'cmd':'PUSH','queue':'payments','data':" + data + "}"))
            .contains("VALIDATION_ERROR")
            .doesNotContain(CARD);
      }
      done(node, "POST", "/queues/payments/jobs", "{'data':{'token':'t'}}");
      String job = command(node, "{'cmd':'PULL','queue':'payments'}");
      Matcher held = HELD.matcher(job);
      assertThat(held.find()).as(job).isTrue();
      String claim = "'id':" + held.group(1) + ",'lease':" + held.group(2);
      assertThat(command(node, "{'cmd':'ACK'," + claim + ",'result':{'card':" + CARD + "}}"))
          .contains("Invalid result for queue payments: /card looks like a card number");
      assertThat(command(node, "{'cmd':'UPDATE','id':" + held.group(1) + ",'data':'" + CARD + "'}"))
          .contains("VALIDATION_ERROR");
      assertThat(
              command(
                  node,
                  "{'cmd':'PROGRESS'," + claim + ",'progress':5,'message':'with " + CARD + "'}"))
          .contains("\"ok\":true");
      assertThat(command(node, "{'cmd':'FAIL'," + claim + ",'error':'" + CARD + " declined'}"))
          .contains("\"ok\":true");
      assertThat(command(node, "{'cmd':'GETJOB','id':" + held.group(1) + "}"))
          .contains("[withheld: looks like a card number]");
    }
    cluster.nodes().forEach(LocalNode::stop);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, ISO_8859_1).contains(CARD)).as("%s", file).isFalse();
      }
    }
  }

  @Test
  void fromTheAnswerOnNobodyIsServedByTheRulesBefore() throws Exception {
    for (int round = 0; round < 20; round++) {
      int limit = round % 2 == 0 ? 10 : 1000;
      LocalNode setter = cluster.nodes().get(round % 3);
      done(setter, "PUT", "/queues/pay*/policy", "{'max_bytes':" + limit + "}");
      for (LocalNode node : cluster.nodes()) {
        HttpResponse<String> answer =
            asked(node, "POST", "/queues/pay/jobs", "{'data':'" + "x".repeat(100) + "'}");
        assertThat(answer.statusCode()).as("round %s", round).isEqualTo(limit == 10 ? 422 : 200);
      }
    }
    done(first(), "DELETE", "/queues/pay*/policy", "");
    done(first(), "POST", "/queues/pay/jobs", "{'data':'" + "x".repeat(2000) + "'}");
  }
}
