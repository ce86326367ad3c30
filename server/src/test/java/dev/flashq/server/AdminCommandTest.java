package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.flashq.server.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the command line says to a node. */
class AdminCommandTest {
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer node;
  private int status = 200;

  @BeforeEach
  void start() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    node.createContext("/", this::answer);
    node.start();
  }

  @AfterEach
  void stop() {
    node.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      asked.add(
          (exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath() + " " + body)
              .strip());
      exchange.sendResponseHeaders(status, 2);
      exchange.getResponseBody().write("{}".getBytes(UTF_8));
    }
  }

  private int run(String group, String... args) {
    var all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--node", "http://127.0.0.1:" + node.getAddress().getPort()));
    return AdminCommand.run(group, all, Map.of());
  }

  @Test
  void beginsErasures() {
    assertThat(
            run(
                "erase",
                "start",
                "--field",
                "userId",
                "--equals",
                "u-1",
                "--set",
                "{\"email\":\"[REDACTED]\",\"user.data\":null}",
                "--delete",
                "name,/a~1b",
                "--queues",
                "mail*,pay",
                "--states",
                "completed,failed",
                "--dry-run",
                "true"))
        .isZero();
    run("erase", "start", "--field", "n", "--equals-json", "7", "--delete", "x");
    assertThat(asked)
        .containsExactly(
            "POST /erasures {\"field\":\"userId\",\"equals\":\"u-1\","
                + "\"set\":{\"email\":\"[REDACTED]\",\"user.data\":null},"
                + "\"delete\":[\"name\",\"/a~1b\"],\"queues\":[\"mail*\",\"pay\"],"
                + "\"states\":[\"completed\",\"failed\"],\"dry_run\":true}",
            "POST /erasures {\"field\":\"n\",\"equals\":7,\"delete\":[\"x\"],\"dry_run\":false}");
  }

  @Test
  void asksForErasuresAndEndsThem() {
    run("erase", "status");
    run("erase", "status", "--id", "12");
    run("erase", "cancel", "--id", "12");
    status = 404;
    assertThat(run("erase", "cancel", "--id", "13")).isEqualTo(1);
    assertThat(asked)
        .containsExactly(
            "GET /erasures", "GET /erasures/12", "DELETE /erasures/12", "DELETE /erasures/13");
  }

  @Test
  void saysWhatIsWrongWithAnErasure() {
    refused("equals-json", "erase", "start", "--field", "f", "--delete", "x");
    refused("equals-json", "erase", "start", "--field", "f", "--equals", "a", "--equals-json", "1");
    refused("'--field' is needed", "erase", "start", "--equals", "a");
    refused("--equals-json is 'u-1'", "erase", "start", "--field", "f", "--equals-json", "u-1");
    refused("--set is '[1]'", "erase", "start", "--field", "f", "--equals", "a", "--set", "[1]");
    refused("--set is '{}}'", "erase", "start", "--field", "f", "--equals", "a", "--set", "{}}");
    refused("--dry-run is", "erase", "start", "--field", "f", "--equals", "a", "--dry-run", "yes");
    refused("'--id' is needed", "erase", "cancel");
    refused("'--id' is 'x'", "erase", "status", "--id", "x");
    refused("unknown command 'erase all'", "erase", "all");
    assertThat(asked).isEmpty();
  }

  private void refused(String sentence, String group, String... args) {
    assertThatThrownBy(() -> run(group, args))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void saysWhatIsKept() {
    run("retention", "list");
    run(
        "retention",
        "set",
        "--queue",
        "mail*",
        "--completed-age",
        "2592000000",
        "--completed-count",
        "10",
        "--dead-age",
        "7776000000",
        "--dead-count",
        "20");
    run("retention", "delete", "--queue", "mail*");
    assertThat(asked)
        .containsExactly(
            "GET /retention",
            "PUT /queues/mail*/retention {\"completed_age\":2592000000,\"completed_count\":10,"
                + "\"dead_age\":7776000000,\"dead_count\":20}",
            "DELETE /queues/mail*/retention");
    refused("'--dead-age' is '0'", "retention", "set", "--queue", "a", "--dead-age", "0");
  }
}
