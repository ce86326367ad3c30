package dev.flashq.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import dev.flashq.launcher.NodeCommand;
import dev.flashq.security.CertificateAuthority;
import dev.flashq.security.CertificateAuthority.Holder;
import dev.flashq.security.CertificateUse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Three nodes with the guide's tokens and permissions, and with TLS for whoever wants it. */
final class GuideCluster implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  static final String WORKER = "6f9619ff8b86d011b42d00c04fc964ff6f9619ff8b86d011b42d00c04fc964f1";
  static final String PRODUCER = "6f9619ff8b86d011b42d00c04fc964ff6f9619ff8b86d011b42d00c04fc964f2";
  static final String ADMIN = "6f9619ff8b86d011b42d00c04fc964ff6f9619ff8b86d011b42d00c04fc964f3";

  /** The guide's, with names for the audit trail. */
  private static final String PERMISSIONS =
      """
      [{"name": "worker", "token": "%s", "queues": ["jobs:*", "tasks:*"],
        "operations": ["pull", "ack", "fail", "progress"]},
       {"name": "producer", "token": "%s", "queues": ["jobs:*"],
        "operations": ["push", "getJob", "cancel"]},
       {"name": "admin", "token": "%s", "queues": ["*"], "operations": ["*"]}]
      """
          .formatted(WORKER, PRODUCER, ADMIN);

  private final Path folder;
  private final LocalCluster nodes;

  private GuideCluster(Path folder, LocalCluster nodes) {
    this.folder = folder;
    this.nodes = nodes;
  }

  static GuideCluster start(Path folder) throws IOException, InterruptedException {
    Files.writeString(folder.resolve("permissions.json"), PERMISSIONS);
    Files.writeString(folder.resolve("tokens"), "");
    Files.writeString(folder.resolve("master-key"), "5b".repeat(32));
    CertificateAuthority.create(folder.resolve("authority"), InstantSource.system());
    CertificateAuthority.create(folder.resolve("another"), InstantSource.system());
    CertificateAuthority.open(folder.resolve("authority"), InstantSource.system())
        .issue(new Holder(CertificateUse.SERVER, "node", Set.of("127.0.0.1")), 30, folder);
    var settings =
        Map.of(
            "FLASHQ_AUTH_PERMISSIONS_FILE", folder.resolve("permissions.json").toString(),
            "FLASHQ_AUTH_TOKENS_FILE", folder.resolve("tokens").toString(),
            "FLASHQ_ENCRYPTION_MASTER_KEY", "file:" + folder.resolve("master-key"),
            "FLASHQ_TCP_TLS", "optional",
            "FLASHQ_TLS_CERTIFICATE", folder.resolve("node.pem").toString(),
            "FLASHQ_TLS_KEY", folder.resolve("node-key.pem").toString(),
            "FLASHQ_LOG_LEVEL", "warn");
    var plan =
        new LocalCluster.Plan(3, folder.resolve("nodes"), 0, command(), settings)
            .withToken(Optional.of(ADMIN));
    LocalCluster nodes = LocalCluster.plan(plan).start();
    try {
      return new GuideCluster(folder, nodes.awaitReady(START));
    } catch (RuntimeException e) {
      nodes.close();
      throw e;
    }
  }

  /** As the start script starts nodes, with the cache that makes them start quickly. */
  private static List<String> command() throws IOException, InterruptedException {
    var prepare = new ProcessBuilder("./flashq", "prepare").directory(ROOT.toFile()).inheritIO();
    prepare.environment().put("FLASHQ_BUILD", "never");
    assertThat(prepare.start().waitFor()).as("./flashq prepare").isZero();
    var command = new ArrayList<>(NodeCommand.ofBuilt(ROOT.resolve("server/target")));
    // The second compiler would take more than it gives in a minute.
    command.add(1, "-XX:TieredStopAtLevel=1");
    return command;
  }

  List<String> addresses() {
    return nodes.addresses();
  }

  Path authority() {
    return folder.resolve("authority/ca.pem");
  }

  Path anotherAuthority() {
    return folder.resolve("another/ca.pem");
  }

  /** Tokens besides those of the permissions, which all nodes take up within a second or two. */
  void listTokens(String... tokens) throws IOException {
    Path next = folder.resolve("tokens.next");
    Files.writeString(next, String.join("\n", tokens));
    Files.move(next, folder.resolve("tokens"), StandardCopyOption.ATOMIC_MOVE);
  }

  void killTheLeader() {
    LocalNode leader = nodes.awaitLeader(START);
    leader.kill();
    nodes.awaitLeader(START);
    leader.start();
  }

  void awaitReady() {
    nodes.awaitReady(START);
  }

  /** A page of a node as its administrator sees it. */
  String page(String path) {
    return nodes.get(nodes.nodes().getFirst(), path).map(HttpResponse::body).orElse("");
  }

  /** An administrator says something at one of the nodes. */
  void put(String path, String body) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + nodes.nodes().getFirst().httpPort() + path))
                  .header("Authorization", "Bearer " + ADMIN)
                  .PUT(HttpRequest.BodyPublishers.ofString(body))
                  .timeout(START)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
  }

  Path data() {
    return folder.resolve("nodes");
  }

  @Override
  public void close() {
    nodes.close();
  }
}
