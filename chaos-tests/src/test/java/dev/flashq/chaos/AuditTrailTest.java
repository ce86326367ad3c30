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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit trail of three real nodes: one record for each acknowledged push, and whole. */
class AuditTrailTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final String TOKEN = "an-admin-token-of-the-configuration";
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
  private static final Pattern JOB = Pattern.compile("\"jobId\":\"(\\d+)\"");
  private static final Pattern NUMBER = Pattern.compile("\\{\"number\":(\\d+)");
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String SECRET = "a-secret-in-a-job";

  @TempDir Path folder;
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
                        Map.of(
                            "FLASHQ_AUTH_TOKENS",
                            "admin:" + TOKEN,
                            "FLASHQ_LOG_LEVEL",
                            "warn",
                            "FLASHQ_AUDIT_EXPORT",
                            exported().toString()))
                    .withToken(Optional.of(TOKEN)))
            .start()
            .awaitReady(START);
  }

  /** To it whoever leads writes the trail out. */
  private Path exported() {
    return folder.resolve("exported.jsonl");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** Pushes until the node ends or there are enough; the ids that were acknowledged. */
  private List<String> push(LocalNode node, int jobs) throws IOException {
    var ids = new ArrayList<String>();
    try (Socket socket = new Socket("127.0.0.1", node.tcpPort());
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.setSoTimeout(10_000);
      ask(socket, in, "{\"cmd\":\"AUTH\",\"token\":\"" + TOKEN + "\"}");
      for (int i = 0; i < jobs; i++) {
        String answer =
            ask(socket, in, "{\"cmd\":\"PUSH\",\"queue\":\"mail\",\"data\":\"" + SECRET + "\"}");
        var id = ID.matcher(answer);
        assertThat(id.find()).as(answer).isTrue();
        ids.add(id.group(1));
      }
    }
    return ids;
  }

  private static String ask(Socket socket, BufferedReader in, String request) throws IOException {
    socket.getOutputStream().write((request + "\n").getBytes(UTF_8));
    return String.valueOf(in.readLine());
  }

  private Program audit(LocalNode node, String... words) {
    var environment = new HashMap<>(BuiltNode.AS_BUILT);
    environment.put("FLASHQ_TOKEN", TOKEN);
    var command = new ArrayList<>(List.of("./flashq", "audit"));
    command.addAll(List.of(words));
    command.addAll(List.of("--node", "http://127.0.0.1:" + node.httpPort()));
    return Program.run(environment, command);
  }

  @Test
  void everyAcknowledgedPushHasItsRecordAndTheChainIsWhole() throws Exception {
    var pushed = new ArrayList<String>();
    LocalNode old = cluster.awaitLeader(START);
    LocalNode other =
        cluster.nodes().stream().filter(node -> node != old).findFirst().orElseThrow();
    pushed.addAll(push(other, 50));
    old.kill();
    cluster.awaitLeader(START);
    pushed.addAll(push(cluster.awaitLeader(START), 50));
    cluster.nodes().forEach(LocalNode::kill);
    cluster.nodes().forEach(LocalNode::start);
    cluster.awaitReady(START);
    pushed.addAll(push(other, 50));

    for (LocalNode node : cluster.nodes()) {
      assertThat(audit(node, "verify").checked())
          .contains("whole up to record", "signed up to record");
    }
    String page = cluster.get(other, "/security/audit?action=push&limit=1000").orElseThrow().body();
    assertThat(JOB.matcher(page).results().map(found -> found.group(1)).toList())
        .containsExactlyInAnyOrderElementsOf(pushed);
    assertThat(page).contains("\"userId\":\"admin\"", "\"ip\":\"127.0.0.1\"");
    assertThat(page).doesNotContain(SECRET);
    assertThat(new TreeSet<>(pushed)).hasSize(150);
    String asJobs = cluster.get(other, "/jobs?queue=audit:logs&limit=1000").orElseThrow().body();
    assertThat(asJobs).contains("\"action\":\"push\"");
    assertThat(ask(other, "{\"cmd\":\"PUSH\",\"queue\":\"audit:logs\",\"data\":1}"))
        .contains("FORBIDDEN");

    isWrittenOut(other);
    findsWhatWasChanged(other);
  }

  /** At least once, each record, over all leaders. */
  private void isWrittenOut(LocalNode node) {
    int records = (int) numbers(audit(node, "list", "--limit", "100000").checked()).count();
    assertThat(records).isGreaterThan(150);
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(new TreeSet<>(numbers(Files.readString(exported())).toList()))
                    .containsAll(LongStream.rangeClosed(1, records).boxed().toList()));
  }

  private static Stream<Long> numbers(String lines) {
    return NUMBER.matcher(lines).results().map(found -> Long.valueOf(found.group(1)));
  }

  @Test
  void refusedLoginsAndNamedReadsAreRecorded() throws Exception {
    LocalNode node = cluster.nodes().getLast();
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        ask(
                            node,
                            "{\"cmd\":\"AUDITPOLICY\",\"rules\":[{\"actions\":[\"getJob\"],"
                                + "\"queues\":[\"mail\"]}]}"))
                    .contains("\"ok\":true"));
    String id = push(node, 1).getFirst();
    assertThat(ask(node, "{\"cmd\":\"GETJOB\",\"id\":" + id + "}")).contains(SECRET);
    assertThat(ask(node, "{\"cmd\":\"GETJOBS\",\"queue\":\"mail\"}")).contains("\"ok\":true");
    assertThat(audit(node, "list", "--action", "getJob", "--queue", "mail").checked())
        .contains("\"jobId\":\"" + id + "\"", "\"userId\":\"admin\"");
    assertThat(audit(node, "list", "--action", "getJobs").checked()).isBlank();

    for (int i = 0; i < 3; i++) {
      try (Socket socket = new Socket("127.0.0.1", node.tcpPort());
          var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
        ask(socket, in, "{\"cmd\":\"AUTH\",\"token\":\"a-wrong-token\"}");
      }
    }
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(audit(node, "list", "--action", "login", "--success", "false").checked())
                    .contains("\"ip\":\"127.0.0.1\"", "\"code\":\"INVALID_TOKEN\"")
                    .doesNotContain("a-wrong-token"));
    assertThat(audit(node, "list", "--action", "login", "--user", "admin").checked()).isBlank();
  }

  private String ask(LocalNode node, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.tcpPort());
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      ask(socket, in, "{\"cmd\":\"AUTH\",\"token\":\"" + TOKEN + "\"}");
      return ask(socket, in, request);
    }
  }

  private void findsWhatWasChanged(LocalNode node) throws IOException {
    List<String> lines = audit(node, "export").checked().lines().toList();
    Path export = folder.resolve("export.txt");
    Files.write(export, lines);
    assertThat(audit(node, "verify", "--from", export.toString()).checked()).contains("whole");

    assertThat(lines).anyMatch(line -> line.startsWith("signed "));
    int[] blocks =
        IntStream.range(0, lines.size()).filter(i -> lines.get(i).startsWith("block ")).toArray();
    var without = new ArrayList<>(lines);
    without.remove(blocks[blocks.length / 2]);
    finds(node, export, without, "chain is broken");
    var swapped = new ArrayList<>(lines);
    swapped.set(blocks[10], lines.get(blocks[11]));
    swapped.set(blocks[11], lines.get(blocks[10]));
    finds(node, export, swapped, "chain is broken");
    var cut = new ArrayList<>(lines);
    cut.remove(blocks[blocks.length - 1]);
    finds(node, export, cut, "cut off");
    var changed = new ArrayList<>(lines);
    changed.set(blocks[20], changed(lines.get(blocks[20])));
    finds(node, export, changed, "");
    finds(node, export, lines.subList(0, lines.size() - 1), "the head is missing");
    Files.write(export, lines);
    Program other = audit(node, "verify", "--from", export.toString(), "--key", "AAAA");
    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.output()).contains("signed with another key");
  }

  /** Another letter in the middle of a block. */
  private static String changed(String line) {
    int middle = line.length() / 2;
    char other = line.charAt(middle) == 'A' ? 'B' : 'A';
    return line.substring(0, middle) + other + line.substring(middle + 1);
  }

  private void finds(LocalNode node, Path export, List<String> lines, String sentence)
      throws IOException {
    Files.write(export, lines);
    Program verify = audit(node, "verify", "--from", export.toString());
    assertThat(verify.exitCode()).isEqualTo(1);
    assertThat(verify.output()).contains(sentence);
  }
}
