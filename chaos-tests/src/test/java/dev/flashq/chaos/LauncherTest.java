package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    Process cluster = start(output, "cluster", "--data", folder.resolve("data").toString());
    try {
      await()
          .atMost(START)
          .until(() -> !cluster.isAlive() || Files.readString(output).contains("ready"));
      assertThat(output).content().contains("6789", "6889", "6989", "6790", "6890", "6990");
      for (int port : List.of(6789, 6889, 6989)) {
        workAJob(port);
      }
    } finally {
      cluster.destroy();
      assertThat(cluster.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(cluster.descendants()).isEmpty();
    assertThat(Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "health")).succeeded())
        .isFalse();
  }

  @Test
  void demoLosesNoMailWhenTheLeaderIsKilled() {
    Program demo = Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "demo"));

    assertThat(demo.checked()).contains("killed the leader", "0 never sent", "every job was done");
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
  void anUnknownCommandShowsWhatThereIs() {
    Program unknown = Program.run(BuiltNode.AS_BUILT, List.of("./flashq", "clutser"));

    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.output()).contains("usage", "cluster", "bench");
  }

  private static Process start(Path output, String... arguments) throws IOException {
    var builder = new ProcessBuilder("./flashq").directory(Program.ROOT.toFile());
    builder.command().addAll(List.of(arguments));
    builder.environment().putAll(BuiltNode.AS_BUILT);
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
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
