package dev.flashq.chaos;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.chaos.Asked.Said;
import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
  final LocalCluster cluster;

  EncryptedNodes(Path folder, Map<String, String> settings) throws IOException {
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
        LocalCluster.plan(new LocalCluster.Plan(3, nodesFolder(), 0, command, all)).start();
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

  /** Number of keys of a pattern that are still there. */
  long keysOf(String queues) {
    return ((List<?>) keys().get("encryption"))
        .stream()
            .map(each -> (Map<?, ?>) each)
            .filter(each -> queues.equals(each.get("queue")))
            .mapToLong(each -> ((Number) requireNonNull(each.get("keys"))).longValue())
            .sum();
  }

  List<String> ringFiles(LocalNode node) throws IOException {
    try (Stream<Path> files = Files.list(data(node).resolve("ring"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Waits until all living members have one ring key, which has this number. */
  void awaitRing(long number) {
    soon()
        .untilAsserted(
            () -> {
              Said keys = keys();
              assertThat(keys.number("ring")).isEqualTo(number);
              assertThat(keys.get("ring_changing")).isEqualTo(false);
              for (LocalNode node : all().stream().filter(LocalNode::isAlive).toList()) {
                assertThat(ringFiles(node))
                    .as(node.id())
                    .singleElement()
                    .asString()
                    .startsWith("ring-" + number + "-");
              }
            });
  }

  @Override
  public void close() {
    cluster.close();
  }
}
