package dev.flashq.transport.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits.Limit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
  private final HttpFixture fixture = new HttpFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void servesAJobsLife() throws Exception {
    HttpResponse<String> pushed =
        fixture.post("/queues/a%3Ab/jobs", "{'data':{'x':1},'priority':3}");
    assertThat(pushed.statusCode()).isEqualTo(200);
    assertThat(pushed.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(pushed.body())
        .startsWith(
            "{\"ok\":true,\"data\":{\"id\":1,\"queue\":\"a:b\",\"data\":{\"x\":1},\"priority\":3,")
        .contains("\"state\":\"waiting\"");
    assertThat(fixture.get("/queues/a:b/jobs?count=5&timeout=0").body())
        .startsWith("{\"ok\":true,\"data\":[{\"id\":1,")
        .contains("\"lease\":1");
    assertThat(fixture.get("/jobs/1/state").body())
        .isEqualTo("{\"ok\":true,\"data\":\"active\",\"success\":true}");
    assertThat(fixture.post("/jobs/1/ack", "{'result':[1]}").body())
        .isEqualTo("{\"ok\":true,\"data\":null,\"success\":true}");
    assertThat(fixture.get("/jobs/1/result").body())
        .isEqualTo("{\"ok\":true,\"data\":[1],\"success\":true}");
    assertThat(fixture.get("/jobs/1").body())
        .startsWith("{\"ok\":true,\"data\":{\"id\":1,")
        .contains("\"state\":\"completed\"", "\"job\":{\"id\":1,");
    HttpResponse<String> again = fixture.post("/jobs/1/ack", "");
    assertThat(again.statusCode()).isEqualTo(404);
    assertThat(again.body())
        .isEqualTo(
            "{\"ok\":false,\"error\":\"Job 1 not found\",\"success\":false,\"code\":\"JOB_NOT_FOUND\"}");
  }

  @Test
  void saysWhenACustomIdWasThere() throws Exception {
    String push = "{'data':1,'job_id':'a'}";
    assertThat(fixture.post("/queues/q/jobs", push).body()).doesNotContain("existing");
    assertThat(fixture.post("/queues/q/jobs", push).body())
        .startsWith("{\"ok\":true,\"data\":{\"id\":1,")
        .contains("\"existing\":true,\"success\":true}");
  }

  /** The push is in the log: whoever was told otherwise would push again. */
  @Test
  void aPushThatWasCarriedOutIsNeverCalledUnavailable() throws Exception {
    fixture.gateway.failReads();
    HttpResponse<String> pushed = fixture.post("/queues/q/jobs", "{'data':1}");
    assertThat(pushed.statusCode()).isEqualTo(200);
    assertThat(pushed.body())
        .isEqualTo("{\"ok\":true,\"data\":{\"id\":1,\"state\":\"unknown\"},\"success\":true}");
  }

  @Test
  void servesBatches() throws Exception {
    assertThat(
            fixture
                .post("/queues/q/jobs/batch", "{'jobs':[{'data':1},{'data':2,'priority':'x'},{}]}")
                .body())
        .startsWith(
            "{\"ok\":true,\"data\":[1,2],\"failed\":[{\"index\":1,\"error\":\"Invalid job: ");
    assertThat(fixture.get("/queues/q/counts").body())
        .isEqualTo(
            "{\"ok\":true,\"data\":{\"waiting\":2,\"active\":0,\"delayed\":0,\"completed\":0,\"failed\":0},"
                + "\"success\":true}");
    fixture.get("/queues/q/jobs?count=2");
    assertThat(fixture.post("/jobs/ack-batch", "{'ids':[1,9]}").body())
        .startsWith("{\"ok\":true,\"data\":1,\"count\":1,\"failed\":[{\"index\":1,\"id\":9,");
    assertThat(fixture.post("/jobs/ack/batch", "{'ids':['2']}").body())
        .startsWith("{\"ok\":true,\"data\":1,\"count\":1,");
    assertThat(fixture.get("/queues/q/count").body())
        .isEqualTo("{\"ok\":true,\"data\":0,\"success\":true}");
    assertThat(fixture.post("/jobs/7/fail", "{'error':'no'}").statusCode()).isEqualTo(404);
  }

  @Test
  void erases() throws Exception {
    assertThat(
            fixture
                .post("/erasures", "{'field':'userId','equals':'u1','set':{'email':null}}")
                .body())
        .isEqualTo("{\"ok\":true,\"id\":7,\"success\":true}");
    assertThat(fixture.get("/erasures").body()).startsWith("{\"ok\":true,\"erasures\":[{\"id\":7,");
    assertThat(fixture.get("/erasures/7").body()).startsWith("{\"ok\":true,\"id\":7,");
    assertThat(fixture.get("/erasures/9").statusCode()).isEqualTo(404);
    assertThat(fixture.get("/erasures/x").statusCode()).isEqualTo(400);
  }

  @Test
  void replacesTheDataOfAJobThatHasCompleted() throws Exception {
    fixture.post("/queues/q/jobs", "{'data':{'email':'ada@example.com'}}");
    fixture.get("/queues/q/jobs");
    fixture.post("/jobs/1/ack", "{'result':7}");
    assertThat(fixture.post("/jobs/1/update", "{'data':{'email':null}}").body())
        .isEqualTo("{\"ok\":true,\"data\":null,\"success\":true}");
    assertThat(fixture.get("/jobs/1").body())
        .contains("\"data\":{\"email\":null}", "\"result\":7", "\"state\":\"completed\"");
    assertThat(fixture.post("/jobs/1/update", "{}").statusCode()).isEqualTo(400);
    assertThat(fixture.post("/jobs/9/update", "{'data':1}").statusCode()).isEqualTo(404);
  }

  @Test
  void servesFigures() throws Exception {
    fixture.post("/queues/a/jobs", "{'data':1}");
    fixture.post("/queues/b/jobs", "{}");
    fixture.post("/queues/c/jobs", "{}");
    assertThat(fixture.get("/queues").body())
        .startsWith("{\"ok\":true,\"data\":[{\"name\":\"a\",\"pending\":1,\"processing\":0,")
        .contains("{\"name\":\"c\"");
    assertThat(fixture.get("/stats").body())
        .isEqualTo(
            "{\"ok\":true,\"data\":{\"queued\":3,\"processing\":0,\"delayed\":0,\"dlq\":0,\"completed\":0},"
                + "\"success\":true}");
    assertThat(fixture.get("/metrics").body())
        .startsWith(
            "{\"ok\":true,\"data\":{\"total_pushed\":3,\"total_completed\":0,\"total_failed\":0,")
        .contains("\"jobs_per_second\":0.0,\"avg_latency_ms\":0.0,")
        .contains("\"metrics\":{\"total_pushed\":3,");
    fixture.get("/queues/a/jobs");
    fixture.post("/jobs/1/ack", "{}");
    assertThat(fixture.get("/metrics").body())
        .contains("\"jobs_per_second\":0.7,\"avg_latency_ms\":125.0,");
  }

  @Test
  void answersUnknownJobsAndPaths() throws Exception {
    assertThat(fixture.get("/jobs/5").body())
        .isEqualTo(
            "{\"ok\":true,\"data\":{\"state\":\"unknown\",\"result\":null,\"job\":null},\"success\":true}");
    HttpResponse<String> path = fixture.get("/nothing");
    assertThat(path.statusCode()).isEqualTo(404);
    assertThat(path.body()).startsWith("{\"ok\":false,\"error\":");
    HttpResponse<String> method = fixture.post("/stats", "{}");
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.headers().firstValue("allow")).hasValue("GET");
    assertThat(method.body()).startsWith("{\"ok\":false,\"error\":");
    assertThat(fixture.get("/jobs/abc").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/jobs/0").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/queues/q/jobs?count=abc").body())
        .contains("count and timeout are whole numbers");
    assertThat(fixture.post("/queues/q/jobs", "{'data':").statusCode()).isEqualTo(400);
    assertThat(fixture.post("/queues/q/jobs", "[]").statusCode()).isEqualTo(400);
    assertThat(fixture.post("/queues/q/jobs", "{'priority':'high'}").statusCode()).isEqualTo(400);
    assertThat(fixture.post("/queues/b%20d/jobs", "{}").body()).contains("INVALID_QUEUE_NAME");
  }

  @Test
  void givesTheSameAnswerForTheSameIdempotencyKey() throws Exception {
    String first = fixture.post("/queues/q/jobs", "{}", "Idempotency-Key", "k1").body();
    String second = fixture.post("/queues/q/jobs", "{}", "Idempotency-Key", "k1").body();
    assertThat(second).isEqualTo(first);
    assertThat(fixture.get("/queues/q/count").body()).contains("\"data\":1");
    assertThat(fixture.post("/queues/q/jobs", "{}", "Idempotency-Key", "k".repeat(65)).statusCode())
        .isEqualTo(400);
  }

  @Test
  void servesTheTcpCommandsByPost() throws Exception {
    assertThat(
            fixture.post("/api/command", "{'cmd':'PUSH','queue':'q','data':1,'reqId':'7'}").body())
        .isEqualTo("{\"reqId\":\"7\",\"ok\":true,\"id\":1,\"success\":true}");
    assertThat(fixture.post("/api/command", "{'cmd':'GETPROGRESS','id':1}").body())
        .startsWith("{\"ok\":true,\"progress\":{\"id\":1,");
    assertThat(fixture.post("/api/command", "{'cmd':'AUTH','token':'t'}").body())
        .isEqualTo("{\"ok\":true,\"success\":true}");
    assertThat(fixture.post("/api/command", "{'cmd':'KVGET','key':'k'}").statusCode())
        .isEqualTo(400);
  }

  @Test
  void letsAPullWaitAndGivesItsJobBackWhenTheClientGoes() throws Exception {
    CompletableFuture<String> pull =
        CompletableFuture.supplyAsync(() -> body("/queues/q/jobs?timeout=10000"));
    await().until(() -> fixture.gateway.waitingPulls() == 1);
    fixture.post("/queues/q/jobs", "{'data':'x'}");
    assertThat(pull.get()).startsWith("{\"ok\":true,\"data\":[{\"id\":1,");

    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
      socket
          .getOutputStream()
          .write("GET /queues/q/jobs HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      await().until(() -> fixture.gateway.waitingPulls() == 1);
    }
    await().until(() -> fixture.gateway.waitingPulls() == 0);
  }

  private String body(String path) {
    try {
      return fixture.get(path).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answersPipelinedRequestsInOrder() throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 1; i <= 500; i++) {
      requests.append(
          i % 2 == 0
              ? "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
              : "GET /jobs/" + i + "/state HTTP/1.1\r\n\r\n");
    }
    requests.append("GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
      socket.getOutputStream().write(requests.toString().getBytes(US_ASCII));
      String all = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      String[] statuses = all.split("HTTP/1.1 ", -1);
      assertThat(statuses).hasSize(502);
      for (int i = 1; i <= 501; i++) {
        assertThat(statuses[i]).startsWith(i % 2 == 0 || i == 501 ? "404" : "200");
      }
    }
  }

  @Test
  void refusesWhatIsTooLargeAndWhatIsNotHttp() throws Exception {
    var big = BodyPublishers.ofByteArray(new byte[Limits.FRAME_BYTES + 1]);
    HttpResponse<String> announced =
        fixture.send(HttpRequest.newBuilder(fixture.uri("/queues/q/jobs")).POST(big));
    assertThat(announced.statusCode()).isEqualTo(413);
    assertThat(announced.body()).contains("FRAME_TOO_LARGE");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
      socket.getOutputStream().write("\0\1\2 garbage\r\n\r\n".getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 400");
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
      String header = "X: " + "y".repeat(Limits.HTTP_HEADER_BYTES) + "\r\n\r\n";
      socket.getOutputStream().write(("GET /stats HTTP/1.1\r\n" + header).getBytes(US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 400");
    }
  }

  @Test
  void acceptsABodyInManyParts() throws Exception {
    String data = "y".repeat(300_000);
    String body = "{\n\"data\":\n\"" + data + "\"}";
    String head =
        "POST /queues/q/jobs HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: ";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
      socket.getOutputStream().write((head + body.length() + "\r\n\r\n").getBytes(US_ASCII));
      socket.getOutputStream().write(body.getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 100 Continue\r\n").contains("HTTP/1.1 200 OK", data);
    }
    assertThat(fixture.gateway.commands).hasSize(1).first().isInstanceOf(Command.PushJobs.class);
  }

  @Test
  void tellsItsHealthWhenThereIsNoRoomForMoreConnections() throws Exception {
    var limits = TestLimits.LIMITS.with(Limit.CONNECTIONS, 3);
    List<Socket> idle = new ArrayList<>();
    try (HttpFixture full = new HttpFixture(Tokens.NONE, limits)) {
      for (int i = 0; i < 3 + 2 * Limits.HEALTH_CONNECTIONS; i++) {
        idle.add(new Socket(InetAddress.getLoopbackAddress(), full.port));
      }
      await().until(() -> full.stats.connectionsTotal.sum() == idle.size());

      assertThat(full.get("/health").body()).isEqualTo("{\"ok\":false}");
      assertThat(full.get("/queues").body()).contains("LIMIT_EXCEEDED", "Too many connections");

      for (Socket socket : idle) {
        socket.close();
      }
      await().until(() -> full.server.connections() == 0);
      assertThat(full.get("/queues").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void answersAWrongTokenAfterAWhile() throws Exception {
    var limits = TestLimits.LIMITS.with(Limit.WRONG_TOKEN_MS, 300);
    try (HttpFixture slow = new HttpFixture(Tokens.of("secret", "ann"), limits)) {
      long begun = System.nanoTime();
      assertThat(slow.get("/cluster", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(299));
      assertThat(slow.stats.authenticationFailures.sum()).isEqualTo(1);
    }
  }

  @Test
  void answersAMissingTokenAtOnce() throws Exception {
    var limits = TestLimits.LIMITS.with(Limit.WRONG_TOKEN_MS, 60_000);
    try (HttpFixture slow = new HttpFixture(Tokens.of("secret", "ann"), limits)) {
      long begun = System.nanoTime();
      assertThat(slow.get("/cluster").statusCode()).isEqualTo(401);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
      assertThat(slow.stats.authenticationFailures.sum()).isEqualTo(1);
    }
  }

  @Test
  void asksForTheTokenBeforeTheBody() throws Exception {
    try (HttpFixture closed = new HttpFixture(Tokens.of("secret", "ann"), TestLimits.LIMITS)) {
      HttpResponse<String> without = closed.post("/queues/q/jobs", "{}");
      assertThat(without.statusCode()).isEqualTo(401);
      assertThat(without.headers().firstValue("www-authenticate")).hasValue("Bearer");
      assertThat(without.body())
          .startsWith("{\"ok\":false,\"error\":\"Invalid or missing authentication token\"");
      assertThat(closed.get("/nothing", "Authorization", "Bearer wrong").statusCode())
          .isEqualTo(401);
      assertThat(closed.get("/cluster").statusCode()).isEqualTo(401);
      assertThat(closed.post("/queues/q/jobs", "{}", "Authorization", "Bearer secret").statusCode())
          .isEqualTo(200);
      assertThat(closed.gateway.principals).extracting("name").containsOnly("ann");
      assertThat(closed.get("/cluster", "Authorization", "Bearer secret").statusCode())
          .isEqualTo(200);
      assertThat(closed.get("/health").statusCode()).isEqualTo(503);
      assertThat(closed.get("/metrics/prometheus").body()).isEqualTo("up 1\n");
      assertThat(closed.get("/health/live").statusCode()).isEqualTo(404);
      assertThat(closed.stats.authenticationFailures.sum()).isEqualTo(3);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), closed.port)) {
        String head = "POST /queues/q/jobs HTTP/1.1\r\nContent-Length: 16000000\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(US_ASCII));
        byte[] start = new byte[12];
        assertThat(socket.getInputStream().readNBytes(start, 0, 12)).isEqualTo(12);
        assertThat(new String(start, US_ASCII)).isEqualTo("HTTP/1.1 401");
      }
    }
  }

  @Test
  void aRequestWaitsUntilItIsKnownWhoMakesIt() throws Exception {
    Tokens tokens = Tokens.of("secret", "ann");
    try (HttpFixture behind = new HttpFixture(tokens, TestLimits.LIMITS)) {
      tokens.whenCatchingUp(() -> tokens.add("fresh", "bob"));
      assertThat(behind.post("/queues/q/jobs", "{}", "Authorization", "Bearer fresh").statusCode())
          .isEqualTo(200);
      tokens.knowing(false);
      assertThat(behind.get("/queues", "Authorization", "Bearer secret").statusCode())
          .isEqualTo(503);
      tokens.whenCatchingUp(() -> tokens.knowing(true));
      assertThat(behind.get("/queues", "Authorization", "Bearer secret").statusCode())
          .isEqualTo(200);
      assertThat(behind.gateway.principals).extracting("name").containsOnly("bob");
      assertThat(behind.stats.authenticationFailures.sum()).isZero();
    }
  }

  @Test
  void saysWhenAQuotaAllowsMore() throws Exception {
    fixture.gateway.refuse(Reason.rateExceeded(new QueueName("q"), 1200));
    HttpResponse<String> refused = fixture.post("/queues/q/jobs", "{'data':1}");
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValue("retry-after")).hasValue("2");
    assertThat(refused.body())
        .contains("Rate limit exceeded for queue: q, retry after: 1200", "RATE_LIMITED");
  }

  @Test
  void quotasAreSetByTheirPath() throws Exception {
    assertThat(
            fixture
                .send(
                    HttpRequest.newBuilder(fixture.uri("/security/quotas/role/w"))
                        .PUT(HttpRequest.BodyPublishers.ofString("{\"limits\":{\"waits\":3}}")))
                .statusCode())
        .isEqualTo(200);
    assertThat(
            fixture
                .send(
                    HttpRequest.newBuilder(fixture.uri("/security/quotas/token/w"))
                        .method(
                            "DELETE",
                            HttpRequest.BodyPublishers.ofString("{\"limits\":{\"waits\":3}}")))
                .statusCode())
        .isEqualTo(200);
    long none = UseLimits.UNLIMITED;
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SetQuota(
                new Quota(Quota.Owner.ROLE, "w", List.of(), new UseLimits(none, 3, none, none))),
            new Command.SetQuota(new Quota(Quota.Owner.TOKEN, "w", List.of(), UseLimits.NONE)));
    assertThat(fixture.get("/security/quotas").body()).contains("\"quotas\":[{\"type\":\"token\"");
  }

  @Test
  void countsTheConnectionsOfATokenAsItMakesRequests() throws Exception {
    Tokens tokens = Tokens.of("secret", "ann");
    tokens.limit(new UseLimits(0, 9, 9, 9));
    try (HttpFixture closed = new HttpFixture(tokens, TestLimits.LIMITS)) {
      HttpResponse<String> refused = closed.get("/queues", "Authorization", "Bearer secret");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("Token ann may use at most 0 connections at once");
      tokens.limit(new UseLimits(1, 9, 9, 9));
      for (int i = 0; i < 3; i++) {
        assertThat(closed.get("/queues", "Authorization", "Bearer secret").statusCode())
            .isEqualTo(200);
      }
    }
  }

  /** A proxy sends requests of several clients over one connection. */
  @Test
  void aTokenIsGoodForItsOwnRequestOnly() throws Exception {
    try (HttpFixture closed = new HttpFixture(Tokens.of("secret", "ann"), TestLimits.LIMITS);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), closed.port)) {
      String body = "{\"cmd\":\"AUTH\",\"token\":\"secret\"}";
      String login =
          "POST /api/command HTTP/1.1\r\nAuthorization: Bearer secret\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body;
      String next = "GET /stats HTTP/1.1\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write((login + next).getBytes(US_ASCII));
      String answers = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answers).startsWith("HTTP/1.1 200").contains("HTTP/1.1 401");
    }
  }

  /** Nobody needs a token for health and metrics, and for nothing that only looks like them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health/../stats",
        "/health/..%2Fstats",
        "/health%2F..%2Fstats",
        "/health/",
        "/health;/stats",
        "//health",
        "/health%00",
        "/HEALTH/../cluster",
        "/metrics%2Fprometheus",
        "/metrics/prometheus/",
        "/metrics/prometheus/../../cluster",
        "/queues/health/jobs",
      })
  void aPathThatOnlyLooksOpenIsNot(String path) throws Exception {
    try (HttpFixture closed = new HttpFixture(Tokens.of("secret", "ann"), TestLimits.LIMITS);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), closed.port)) {
      String request = "GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 401");
    }
  }

  /** Neither with a token. */
  @Test
  void servesNothingButHealthAndMetricsWhereThatIsAllThereIs() throws Exception {
    var settings = HttpServer.pagesAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (HttpServer pages = HttpServer.ofPages(settings, fixture.context, HttpFixture::ops);
        HttpClient client = HttpClient.newHttpClient()) {
      String there = "http://127.0.0.1:" + pages.start();
      assertThat(status(client, there + "/metrics/prometheus")).isEqualTo(200);
      assertThat(status(client, there + "/health")).isEqualTo(503);
      for (String path : List.of("/cluster", "/queues", "/stats", "/metrics", "/jobs/1", "/")) {
        assertThat(status(client, there + path)).as(path).isEqualTo(404);
      }
    }
    assertThat(fixture.gateway.commands).isEmpty();
  }

  private static int status(HttpClient client, String uri) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
    return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }
}
