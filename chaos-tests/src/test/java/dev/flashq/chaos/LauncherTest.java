package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's commands, as a user types them. */
class LauncherTest {
  private static final Duration START = Duration.ofSeconds(120);

  @TempDir Path folder;

  @Test
  void clusterServesOnTheDocumentedPortsUntilItIsStopped() throws Exception {
    Path output = folder.resolve("output.txt");
    Process cluster = startCluster(Map.of(), output);
    try {
      awaitReady(cluster, output);
      assertThat(output).content().contains("6789", "6889", "6989", "6790", "6890", "6990");
      for (int port : List.of(6789, 6889, 6989)) {
        workAJob(port);
        countsTheJob(port + 1);
      }
    } finally {
      stop(cluster);
    }
    assertThat(cluster.descendants()).isEmpty();
    assertThat(Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "health")).succeeded())
        .isFalse();
  }

  @Test
  void clusterTakesTokensFromItsEnvironment() throws Exception {
    Path output = folder.resolve("output.txt");
    Process cluster = startCluster(Map.of("FLASHQ_AUTH_TOKENS", "ada:a-long-secret"), output);
    try {
      awaitReady(cluster, output);
      for (int port : List.of(6789, 6889, 6989)) {
        try (Socket socket = new Socket("127.0.0.1", port);
            var answers =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
          assertThat(ask(socket, answers, "{\"cmd\":\"AUTH\",\"token\":\"a-wrong-secret\"}"))
              .contains("INVALID_TOKEN");
          assertThat(ask(socket, answers, "{\"cmd\":\"PUSH\",\"queue\":\"q\",\"data\":1}"))
              .contains("UNAUTHENTICATED");
          assertThat(ask(socket, answers, "{\"cmd\":\"AUTH\",\"token\":\"a-long-secret\"}"))
              .contains("\"ok\":true");
          assertThat(ask(socket, answers, "{\"cmd\":\"PUSH\",\"queue\":\"q\",\"data\":1}"))
              .contains("\"ok\":true");
        }
      }
    } finally {
      stop(cluster);
    }
    assertThat(output).content().contains("AUTH").doesNotContain("a-long-secret");
  }

  @Test
  void clusterRefusesWhatItCannotTakeFromItsEnvironment() {
    refuses("FLASHQ_TCP_PORT", "7000", "FLASHQ_TCP_PORT is chosen for each node");
    refuses("FLASHQ_AUTH_TOKEN", "ada:a-long-secret", "unknown variable 'FLASHQ_AUTH_TOKEN'");
    refuses("FLASHQ_LOG_LEVEL", "loud", "key 'log.level' has the value 'loud'");
  }

  private void refuses(String variable, String value, String sentence) {
    var environment = new HashMap<>(BuiltNode.AS_BUILT);
    environment.put(variable, value);

    Program cluster =
        Program.run(
            environment,
            List.of("./flashq", "cluster", "--data", folder.resolve("data").toString()));

    assertThat(cluster.exitCode()).as(cluster.output()).isEqualTo(2);
    assertThat(cluster.output()).contains(sentence);
  }

  @Test
  void demoLosesNoMailWhenTheLeaderIsKilled() {
    Program demo = Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "demo"));

    assertThat(demo.checked())
        .contains("killed the leader", "0 never sent", "every job was done")
        .doesNotContain("is closed");
  }

  @Test
  void aWrongKeyStopsTheStartWithASentenceThatNamesIt() throws IOException {
    Path config = Files.writeString(folder.resolve("node.properties"), "tcp.prot=6789\n");

    Program server =
        Program.run(
            BuiltNode.AS_BUILT, List.of("./flashq", "server", "--config", config.toString()));

    assertThat(server.exitCode()).isEqualTo(2);
    assertThat(server.output()).contains("tcp.prot");
  }

  @Test
  void aPortInUseStopsTheStartWithASentenceThatNamesIt() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var environment = new HashMap<>(BuiltNode.AS_BUILT);
      environment.put("FLASHQ_DATA_FOLDER", folder.resolve("n1").toString());
      environment.put("FLASHQ_PEER_DEVELOPMENT_CA", folder.resolve("ca").toString());
      environment.put("FLASHQ_HTTP_PORT", Integer.toString(taken.getLocalPort()));

      Program server = Program.run(environment, List.of("./flashq", "server"));

      assertThat(server.exitCode()).isEqualTo(70);
      assertThat(server.output())
          .contains(
              "cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": Address already in use")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void benchMeasuresAClusterOfItsOwnAndLeavesNothingBehind() throws IOException {
    Program bench =
        Program.run(
            benchFolder(),
            List.of(
                "./flashq",
                "bench",
                "--json",
                "--warmup",
                "0",
                "--duration",
                "1",
                "--rate",
                "100"));

    assertThat(bench.checked().lines().filter(line -> line.startsWith("{")))
        .satisfiesExactly(
            line -> measured(line, "W1", "pushes_per_s", "answer_p50_ms", "answer_p99_ms"),
            line -> measured(line, "W1b", "pushes_per_s", "answer_p50_ms", "answer_p99_ms"),
            line ->
                measured(line, "W2", "cycles_per_s", "push_to_ack_p50_ms", "push_to_ack_p99_ms"),
            line -> measured(line, "W3", "pushes_per_s", "answer_p50_ms", "answer_p99_ms"),
            line -> measured(line, "W4", "cycles_per_s", "longest_pause_ms"),
            line -> measured(line, "W5", "cycles_per_s", "push_to_ack_p50_ms"));
    assertThat(folder).isDirectoryNotContaining("glob:**/flashq-bench-*");
  }

  private static void measured(String line, String workload, String... figures) {
    assertThat(line)
        .startsWith("{\"workload\":\"" + workload + "\",\"exact\":true,")
        .contains("\"lost\":0.000,\"acked_twice\":0.000,\"unexpected\":0.000,")
        .contains("{\"node\":\"n3\",\"cores\":");
    for (String figure : figures) {
      assertThat(line).containsPattern("\"" + figure + "\":[1-9]|\"" + figure + "\":0\\.\\d*[1-9]");
    }
  }

  @Test
  void benchServesABacklogAgainAfterAllNodesWereKilled() throws IOException {
    Program bench =
        Program.run(benchFolder(), List.of("./flashq", "bench", "--json", "--backlog", "100000"));

    assertThat(bench.checked())
        .containsPattern("\"workload\":\"backlog\",\"exact\":true,\"kept\":100000.000,");
    assertThat(folder).isDirectoryNotContaining("glob:**/flashq-bench-*");
  }

  /** The environment of a run whose temporary files are in this test's folder. */
  private Map<String, String> benchFolder() {
    var environment = new HashMap<>(BuiltNode.AS_BUILT);
    environment.put("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + folder);
    return environment;
  }

  @Test
  void jmhKnowsItsBenchmarks() {
    Program list =
        Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "bench", "--jmh", "-l", "Wire"));

    assertThat(list.checked()).contains("WireBenchmark");
  }

  @Test
  void demoRefusesMailsThatAreNotJson() throws IOException {
    Path mails = Files.writeString(folder.resolve("mails.jsonl"), "{}\n{\"to\":\n");

    Program demo =
        Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "demo", "--emails", mails.toString()));

    assertThat(demo.exitCode()).isEqualTo(2);
    assertThat(demo.output()).contains("mails.jsonl, line 2: ").doesNotContain("\tat ");
  }

  @Test
  void anUnknownCommandShowsWhatThereIs() {
    Program unknown = Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "clutser"));

    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.output()).contains("unknown command 'clutser'", "usage", "cluster", "bench");
  }

  private Process startCluster(Map<String, String> environment, Path output) throws IOException {
    var builder =
        new ProcessBuilder("./flashq", "cluster", "--data", folder.resolve("data").toString())
            .directory(Program.ROOT.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("FLASHQ_"));
    builder.environment().putAll(BuiltNode.AS_BUILT);
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  private static void awaitReady(Process cluster, Path output) {
    await()
        .atMost(START)
        .until(() -> !cluster.isAlive() || Files.readString(output).contains("ready"));
  }

  private static void stop(Process cluster) throws InterruptedException {
    cluster.destroy();
    assertThat(cluster.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void workAJob(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port);
        var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      String queue = "port-" + port;
      String pushed =
          ask(socket, answers, "{\"cmd\":\"PUSH\",\"queue\":\"" + queue + "\",\"data\":{\"n\":1}}");
      String id = field(pushed, "id");
      String pulled =
          ask(socket, answers, "{\"cmd\":\"PULL\",\"queue\":\"" + queue + "\",\"timeout\":5000}");
      assertThat(pulled).contains("\"id\":" + id).contains("\"data\":{\"n\":1}");
      assertThat(ask(socket, answers, "{\"cmd\":\"ACK\",\"id\":" + id + "}"))
          .contains("\"ok\":true");
    }
  }

  private static void countsTheJob(int port) throws IOException {
    try (InputStream page =
        URI.create("http://127.0.0.1:" + port + "/metrics/prometheus").toURL().openStream()) {
      assertThat(new String(page.readAllBytes(), UTF_8))
          .containsPattern("(?m)^flashq_requests_total [1-9]")
          .containsPattern("(?m)^flashq_connections_total [1-9]")
          .containsPattern("(?m)^flashq_jobs_pushed_total [1-3]\\.0$")
          .containsPattern("(?m)^flashq_certificate_expires_seconds [23]\\.\\d+E7$")
          .containsPattern("(?m)^flashq_memory_limit_bytes\\{part=\"large-answers\"} [1-9]")
          .containsPattern("(?m)^flashq_memory_used_bytes\\{part=\"proposals\"} \\d")
          .containsPattern("(?m)^flashq_raft_ready 1\\.0$");
    }
  }

  private static String ask(Socket socket, BufferedReader answers, String request)
      throws IOException {
    socket.getOutputStream().write((request + "\n").getBytes(UTF_8));
    return String.valueOf(answers.readLine());
  }

  private static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
    assertThat(matcher.find()).as(json).isTrue();
    return matcher.group(1);
  }
}
