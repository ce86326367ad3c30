package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import dev.flashq.statemachine.engine.RocksEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Known secrets go into three real nodes by every way there is, right and wrong; then everything
 * that the nodes say, write and show is searched for them.
 */
@NeedsPrograms({"openssl version", "jcmd -l"})
class SecretsTest {
  private static final Duration START = Duration.ofSeconds(120);

  /** A local cluster has no listener for monitoring: each node is given a port behind a base. */
  private static final String OPS_PORT =
      "export FLASHQ_OPS_PORT=$((%d + ${FLASHQ_NODE_ID#n})); exec \"$@\"";

  /** Below those from which a local cluster takes its own. */
  private static final int OPS_PORTS = 10_000;

  @TempDir Path folder;
  private final int opsBase = OPS_PORTS + ThreadLocalRandom.current().nextInt(1_900);
  private final SecretTalk talk = new SecretTalk();
  private final PlantedSecrets secrets = new PlantedSecrets();
  private @Nullable LocalCluster started;
  private @Nullable SSLContext trust;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(folder.resolve("tokens"), PlantedSecrets.FILED);
    permissions(
        "[{\"name\":\"web\",\"token\":\""
            + PlantedSecrets.PERMITTED
            + "\",\"queues\":[\"mail\"],"
            + "\"operations\":[\"push\",\"getJob\"]}]");
    makeKey();
    var command = new ArrayList<>(List.of("sh", "-c", OPS_PORT.formatted(opsBase), "node"));
    int java = command.size();
    command.addAll(BuiltNode.command());
    command.add(java + 1, "-XX:ErrorFile=" + folder.resolve("crash-%p.txt"));
    command.add(java + 1, "-XX:-CreateCoredumpOnCrash");
    var settings = new TreeMap<String, String>();
    settings.put("FLASHQ_AUTH_TOKENS", "admin:" + PlantedSecrets.ADMIN);
    settings.put("AUTH_TOKENS", PlantedSecrets.LISTED);
    settings.put("AUTH_TOKENS_FILE", folder.resolve("tokens").toString());
    settings.put("AUTH_PERMISSIONS_FILE", folder.resolve("permissions").toString());
    settings.put("FLASHQ_TCP_TLS", "optional");
    settings.put("FLASHQ_HTTP_TLS", "optional");
    settings.put("FLASHQ_TLS_CERTIFICATE", folder.resolve("flashq.pem").toString());
    settings.put("FLASHQ_TLS_KEY", folder.resolve("encrypted-key.pem").toString());
    settings.put("FLASHQ_TLS_KEY_PASSPHRASE_FILE", folder.resolve("passphrase").toString());
    settings.put("FLASHQ_LOG_LEVEL", "debug");
    started =
        LocalCluster.plan(
                new LocalCluster.Plan(3, folder.resolve("nodes"), 0, command, settings)
                    .withToken(Optional.of(PlantedSecrets.ADMIN)))
            .start()
            .awaitReady(START);
  }

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
    talk.close();
  }

  private int opsPort(LocalNode node) {
    return opsBase + Integer.parseInt(node.id().substring(1));
  }

  private LocalCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private void makeKey() throws Exception {
    String pki = folder.resolve("pki").toString();
    flashq("certs", "ca", "--out", pki);
    flashq(
        "certs",
        "server",
        "--ca",
        pki,
        "--name",
        "flashq",
        "--host",
        "127.0.0.1",
        "--out",
        folder.toString());
    Path passphrase = Files.writeString(folder.resolve("passphrase"), PlantedSecrets.PASSPHRASE);
    Path key = folder.resolve("flashq-key.pem");
    Program.run(
            "openssl",
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-in",
            key.toString(),
            "-out",
            folder.resolve("encrypted-key.pem").toString(),
            "-passout",
            "file:" + passphrase)
        .checked();
    secrets.plant("private key", Files.readAllLines(key).get(1));
    Files.delete(key);
    trust = Trust.in(folder.resolve("pki/ca.pem"));
  }

  private static void flashq(String... arguments) {
    var command = new ArrayList<>(List.of("./flashq"));
    command.addAll(List.of(arguments));
    Program.run(BuiltNode.AS_BUILT, command).checked();
  }

  private void permissions(String text) throws IOException {
    Path next = Files.writeString(folder.resolve("permissions.next"), text);
    Files.move(
        next,
        folder.resolve("permissions"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void noSecretComesOutAnywhere() throws Exception {
    var use = new SecretUse(talk, secrets, Objects.requireNonNull(trust));
    var misuse = new SecretMisuse(secrets);
    var look = new SecretLook(talk, secrets);
    for (LocalNode node : cluster().nodes()) {
      use.useAll(node);
      misuse.provoke(node);
      misuse.provokePeerPort(node);
    }
    use.makeTokens(cluster().nodes().getFirst());
    breakAFile();
    cluster().nodes().forEach(node -> look.look(node, opsPort(node)));
    look.crash(cluster().nodes().getLast(), folder);
    cluster().nodes().forEach(LocalNode::stop);
    secrets.plant(PlantedSecrets.ACCESS_KEY, HexFormat.of().formatHex(accessKey()));
    for (LocalNode node : cluster().nodes()) {
      secrets.note("output of " + node.id(), Files.readString(node.output(), ISO_8859_1));
    }
    requireThatThereWasSomethingToFind();
    secrets.requireNoneSeen();
    secrets.requireOnlyDataIn(folder.resolve("nodes"));
  }

  private void breakAFile() throws Exception {
    String good = Files.readString(folder.resolve("permissions"));
    for (String broken :
        List.of(
            "[{\"token\":\"" + PlantedSecrets.BROKEN_FILE + "\" \"queues\":[]}]",
            "[{\""
                + PlantedSecrets.BROKEN_FILE
                + "\":{\"queues\":[\"mail\"],\"operations\":[\"push\"]}}]")) {
      long before = complaints();
      permissions(broken);
      await().atMost(SecretTalk.SOON).until(() -> complaints() > before);
    }
    permissions(good);
  }

  private long complaints() throws IOException {
    return Files.readString(cluster().nodes().getFirst().output())
        .lines()
        .filter(line -> line.contains("cannot be used"))
        .count();
  }

  private byte[] accessKey() throws IOException {
    String node = cluster().nodes().getFirst().id();
    try (Stream<Path> files = Files.walk(folder.resolve("nodes").resolve(node))) {
      Path checkpoint =
          files
              .filter(Files::isDirectory)
              .filter(path -> path.getFileName().toString().startsWith("snapshot."))
              .findFirst()
              .orElseThrow();
      try (RocksEngine engine = new RocksEngine(checkpoint, node, 0)) {
        return Objects.requireNonNull(engine.access().key()).toByteArray();
      }
    }
  }

  private void requireThatThereWasSomethingToFind() {
    for (LocalNode node : cluster().nodes()) {
      String queue = "mail-" + node.id();
      assertThat(secrets.seen(node.id() + ": /security/audit?limit=1000")).contains(queue);
      assertThat(PlantedSecrets.decoded(secrets.seen(node.id() + ": export"))).contains(queue);
      assertThat(secrets.seen(node.id() + ": ops /metrics/prometheus")).contains("flashq_");
      assertThat(secrets.seen(node.id() + ": ops /cluster"))
          .contains("There is nothing at this path");
      assertThat(secrets.seen(node.id() + ": Thread.print")).contains("at dev.flashq.");
      assertThat(secrets.seen("output of " + node.id())).contains("DEBUG", "No handshake with");
    }
  }
}
