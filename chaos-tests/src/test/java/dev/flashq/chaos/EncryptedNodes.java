package dev.flashq.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.chaos.Asked.Said;
import dev.flashq.client.Data;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
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
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;

/** Three real nodes, each with a file of its own in which its master key stands, if it has one. */
final class EncryptedNodes implements AutoCloseable {
  static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(60);

  /** A local cluster has the same settings for all nodes: each takes the file of its name. */
  private static final String WITH_KEY =
      "key=\"$0/key-$FLASHQ_NODE_ID\"; if [ -e \"$key\" ]; then"
          + " export FLASHQ_ENCRYPTION_MASTER_KEY=\"file:$key\"; fi; exec \"$@\"";

  private final Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  final LocalCluster cluster;

  EncryptedNodes(Path folder) throws IOException {
    this(folder, Map.of(), Optional.empty());
  }

  /**
   * @param token with which the nodes are asked how they are
   */
  EncryptedNodes(Path folder, Map<String, String> settings, Optional<String> token)
      throws IOException {
    this.folder = folder;
    String key = randomKey();
    for (String node : List.of("n1", "n2", "n3")) {
      Files.writeString(keyFile(node), key);
    }
    var command = new ArrayList<>(List.of("sh", "-c", WITH_KEY, folder.toString()));
    command.addAll(BuiltNode.command());
    var all = new TreeMap<>(settings);
    all.put("FLASHQ_LOG_LEVEL", "debug");
    all.put("FLASHQ_RAFT_SNAPSHOT_BYTES", "1048576");
    this.cluster =
        LocalCluster.plan(new LocalCluster.Plan(3, nodesFolder(), 0, command, all).withToken(token))
            .start();
    cluster.awaitReady(START);
  }

  private Path keyFile(String node) {
    return folder.resolve("key-" + node);
  }

  private static String randomKey() {
    byte[] key = new byte[32];
    ThreadLocalRandom.current().nextBytes(key);
    return HexFormat.of().formatHex(key);
  }

  /** From its next start on. */
  void takeMasterKey(LocalNode node) throws IOException {
    Files.move(keyFile(node.id()), folder.resolve("taken-" + node.id()));
  }

  void giveMasterKeyBack(LocalNode node) throws IOException {
    Files.move(
        folder.resolve("taken-" + node.id()),
        keyFile(node.id()),
        StandardCopyOption.REPLACE_EXISTING);
  }

  void giveOtherMasterKey(LocalNode node) throws IOException {
    Files.writeString(keyFile(node.id()), randomKey());
  }

  Path nodesFolder() {
    return folder.resolve("nodes");
  }

  Path data(LocalNode node) {
    return nodesFolder().resolve(node.id());
  }

  List<LocalNode> all() {
    return cluster.nodes();
  }

  LocalNode node(int index) {
    return all().get(index);
  }

  LocalNode otherThan(LocalNode leader) {
    return all().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  void killAllAndStartThemAgain() {
    all().forEach(LocalNode::kill);
    all().forEach(LocalNode::start);
    cluster.awaitReady(START);
  }

  void stopAll() {
    all().forEach(LocalNode::stop);
  }

  void startAll() {
    all().forEach(LocalNode::start);
    cluster.awaitReady(START);
  }

  static ConditionFactory soon() {
    return await().atMost(SOON).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50));
  }

  HttpResponse<String> sent(LocalNode node, String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .timeout(SOON)
            .build(),
        BodyHandlers.ofString());
  }

  /** What a route answers, repeated while nobody leads. */
  Map<?, ?> route(LocalNode node, String method, String path, String body) {
    String answer =
        soon()
            .ignoreExceptionsMatching(IOException.class::isInstance)
            .until(
                () -> sent(node, method, path, body).body(), said -> said.contains("\"ok\":true"));
    return (Map<?, ?>) requireNonNull(Data.json(answer).value());
  }

  /** Repeated while the cluster has no ring key yet. */
  void encrypt(Asked by, LocalNode node, String queues) {
    soon()
        .until(
            () -> by.say(node, "{'cmd':'ENCRYPTIONSET','queue':'" + queues + "'}"),
            answer -> answer.contains("\"ok\":true"));
  }

  Said keys() {
    LocalNode node = all().stream().filter(LocalNode::isAlive).findFirst().orElseThrow();
    return Asked.BY_TCP.done(node, "{'cmd':'ENCRYPTIONLIST'}");
  }

  /** How the walk that seals anew stands. */
  static Map<?, ?> reseal(Said keys) {
    return (Map<?, ?>) keys.get("reseal");
  }

  Map<?, ?> sealedAnew() {
    Said done = soon().until(this::keys, keys -> "done".equals(reseal(keys).get("state")));
    return reseal(done);
  }

  /** What is said of the keys of a pattern. */
  Said namespace(String queues) {
    return new Said(
        ((List<?>) keys().get("encryption"))
            .stream()
                .map(each -> (Map<?, ?>) each)
                .filter(each -> queues.equals(each.get("queue")))
                .findFirst()
                .orElseThrow());
  }

  List<String> ringFiles(LocalNode node) throws IOException {
    try (Stream<Path> files = Files.list(data(node).resolve("ring"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /**
   * Copies what the nodes have on their disks, but for the ring keys. They must have been stopped.
   */
  Path backUp() throws IOException {
    Path backup = folder.resolve("backup");
    for (LocalNode node : all()) {
      Files.createDirectories(backup);
      copy(data(node), backup.resolve(node.id()), "ring");
    }
    return backup;
  }

  /** Puts a backup in the place of the nodes' data, but for the ring keys, which stay. */
  void restore(Path backup) throws IOException {
    for (LocalNode node : all()) {
      Path ring = folder.resolve("ring-of-" + node.id());
      Files.move(data(node).resolve("ring"), ring);
      Files.move(data(node), folder.resolve("before-" + node.id()));
      copy(backup.resolve(node.id()), data(node), "ring");
      Files.move(ring, data(node).resolve("ring"));
    }
  }

  private static void copy(Path from, Path to, String without) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        if (!file.startsWith(from.resolve(without))) {
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
    }
  }

  /** Waits until all living members have one ring key, which has this number. */
  void awaitRing(long number) {
    awaitRing(() -> keys().number("ring"), number);
    soon().until(() -> keys().get("ring_changing").equals(false));
  }

  /**
   * @param current as somebody is told it who may know
   */
  void awaitRing(Callable<Long> current, long number) {
    soon()
        .untilAsserted(
            () -> {
              assertThat(current.call()).isGreaterThanOrEqualTo(number);
              for (LocalNode node : all().stream().filter(LocalNode::isAlive).toList()) {
                assertThat(ringFiles(node))
                    .as(node.id())
                    .singleElement()
                    .asString()
                    .startsWith("ring-" + current.call() + "-");
              }
            });
  }

  @Override
  public void close() {
    cluster.close();
    http.close();
  }
}
