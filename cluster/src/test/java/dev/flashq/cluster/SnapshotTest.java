package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flashq.cluster.config.Member;
import dev.flashq.statemachine.Reply.Pushed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

class SnapshotTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String KILOBYTES = "x".repeat(150_000);

  @TempDir Path folder;

  @Test
  void sendsACheckpointToANodeThatLagsBehindTheLog() {
    try (var cluster = new TestCluster(folder, 3, 4_000_000).startAll()) {
      String leader = cluster.leader();
      String laggard = cluster.follower();
      cluster.push(leader, "\"before\"").join();
      cluster.awaitSameState();
      cluster.kill(laggard);
      for (int i = 0; i < 400; i++) {
        cluster.push(leader, "\"" + i + KILOBYTES + "\"").join();
      }
      await().atMost(SOON).until(() -> firstLogIndex(cluster, leader) > 10);

      assertThat(cluster.node(leader).sendsCheckpoint()).isFalse();
      cluster.start(laggard);

      cluster.awaitSameState();
      assertThat(cluster.node(leader).sendsCheckpoint()).isTrue();
      assertThat(cluster.push(laggard, "\"after\""))
          .succeedsWithin(SOON)
          .isInstanceOf(Pushed.class);
      cluster.awaitSameState();
      assertThat(cluster.engine(laggard).pushes()).isEqualTo(cluster.engine(leader).pushes());
      assertThat(cluster.node(laggard).view().snapshotIndex()).isPositive();

      cluster.kill(laggard);
      cluster.start(laggard);
      cluster.awaitSameState();
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void finishesAnInstallationThatACrashCutOff() throws IOException {
    try (var cluster = new TestCluster(folder, 3, 4_000_000).startAll()) {
      String leader = cluster.leader();
      String crashed = cluster.follower();
      cluster.push(leader, "\"before\"").join();
      cluster.awaitSameState();
      cluster.kill(crashed);
      cluster.push(leader, "\"in the checkpoint\"").join();
      assertThat(cluster.node(leader).takeSnapshot()).succeedsWithin(SOON);
      Path ours = checkpoints(cluster, crashed);
      Files.move(ours, ours.resolveSibling("sm.tmp20261127_041830.123"));
      copy(checkpoints(cluster, leader), ours.resolveSibling("tmp/snapshot-42"));

      cluster.start(crashed);

      cluster.awaitSameState();
      assertThat(cluster.node(crashed).view().snapshotIndex()).isPositive();
      assertThat(cluster.push(crashed, "\"after\""))
          .succeedsWithin(SOON)
          .isInstanceOf(Pushed.class);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** The temporary folder lies on another file system, so that Ratis's second move fails. */
  @Test
  void stopsWhenTheLeadersCheckpointCannotBePutInPlace(@TempDir(factory = OnShm.class) Path shm)
      throws IOException {
    assumeTrue(!Files.getFileStore(shm).equals(Files.getFileStore(folder)));
    try (var cluster = new TestCluster(folder, 3, 4_000_000).startAll()) {
      String survivor = cluster.leader();
      String laggard = cluster.follower();
      cluster.push(survivor, "\"before\"").join();
      cluster.awaitSameState();
      cluster.kill(laggard);
      for (int i = 0; i < 400; i++) {
        cluster.push(survivor, "\"" + i + KILOBYTES + "\"").join();
      }
      Path temporary = checkpoints(cluster, laggard).resolveSibling("tmp");
      deleteAll(temporary);
      Files.createSymbolicLink(temporary, shm);

      cluster.start(laggard);

      await().atMost(SOON).until(() -> !cluster.fatal().isEmpty());
      assertThat(cluster.fatal().getFirst()).hasMessageContaining("cannot be replaced");
      cluster.kill(laggard);

      Files.delete(temporary);
      copy(shm, temporary);
      cluster.start(laggard);

      cluster.awaitSameState();
      assertThat(cluster.engine(laggard).pushes()).isEqualTo(cluster.engine(survivor).pushes());
      assertThat(cluster.fatal()).hasSize(1);
    }
  }

  /** Where Linux has a file system in memory; elsewhere the usual place. */
  static final class OnShm implements TempDirFactory {
    private static final Path SHM = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test)
        throws IOException {
      return Files.isWritable(SHM)
          ? Files.createTempDirectory(SHM, "flashq")
          : Files.createTempDirectory("flashq");
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void sendsNoCheckpointThatHasChangedOnTheDisk() throws IOException {
    try (var cluster = new TestCluster(folder, 3, 4_000_000).startAll()) {
      String survivor = cluster.leader();
      String laggard = cluster.follower();
      cluster.push(survivor, "\"before\"").join();
      cluster.awaitSameState();
      cluster.kill(laggard);
      for (int i = 0; i < 400; i++) {
        cluster.push(survivor, "\"" + i + KILOBYTES + "\"").join();
      }
      cluster.awaitSameState();
      var senders = cluster.members().stream().map(Member::id).filter(id -> !id.equals(laggard));
      for (String sender : senders.toList()) {
        await().atMost(SOON).until(() -> firstLogIndex(cluster, sender) > 10);
        // Otherwise one is taken in the quiet that follows.
        assertThat(cluster.node(sender).takeSnapshot()).succeedsWithin(SOON);
        flip(newest(cluster, sender).resolve("data/log"));
      }

      cluster.start(laggard);

      cluster.awaitSameState();
      assertThat(cluster.engine(laggard).pushes()).isEqualTo(cluster.engine(survivor).pushes());
      Path damaged = checkpoints(cluster, cluster.leader()).resolveSibling("damaged");
      assertThat(list(damaged)).isNotEmpty();
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void startsFromAnOlderCheckpointWhenTheNewestHasChangedOnTheDisk() throws IOException {
    try (var cluster = new TestCluster(folder, 1).startAll()) {
      twoCheckpoints(cluster);
      Path newest = newest(cluster, "n1");
      flip(newest.resolve("data/log"));

      cluster.start("n1");

      cluster.leader();
      assertThat(cluster.engine("n1").pushes()).containsOnlyKeys("\"aaaa\"", "\"bbbb\"");
      assertThat(checkpoints(cluster, "n1").resolveSibling("damaged"))
          .isDirectoryContaining(path -> path.endsWith(newest.getFileName()));
    }
  }

  @Test
  void doesNotStartWhenTheLogDoesNotMeetTheOlderCheckpoint() throws IOException {
    try (var cluster = new TestCluster(folder, 1).startAll()) {
      twoCheckpoints(cluster);
      flip(newest(cluster, "n1").resolve("data/log"));
      Path log = checkpoints(cluster, "n1").resolveSibling("current");
      for (Path segment : list(log)) {
        if (segment.getFileName().toString().startsWith("log_")) {
          Files.move(segment, log.resolve("log_inprogress_100"));
        }
      }

      assertThatThrownBy(() -> cluster.start("n1"))
          .hasStackTraceContaining("lacks entries")
          .hasStackTraceContaining("its log begins at 100");
    }
  }

  private static void twoCheckpoints(TestCluster cluster) {
    cluster.leader();
    cluster.push("n1", "\"aaaa\"").join();
    assertThat(cluster.node("n1").takeSnapshot()).succeedsWithin(SOON);
    cluster.push("n1", "\"bbbb\"").join();
    cluster.stop("n1");
  }

  private static Path newest(TestCluster cluster, String node) throws IOException {
    return list(checkpoints(cluster, node)).stream()
        .max(Comparator.comparingLong(path -> index(path)))
        .orElseThrow();
  }

  private static long index(Path checkpoint) {
    String name = checkpoint.getFileName().toString();
    return Long.parseLong(name.substring(name.lastIndexOf('_') + 1));
  }

  /** In the middle of a job's data, which no format would notice. */
  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\"") + 1;
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void sendsEntriesToANodeThatWasAwayForAMoment() throws IOException {
    try (var cluster = new TestCluster(folder, 3, 4_000_000).startAll()) {
      String leader = cluster.leader();
      String laggard = cluster.follower();
      cluster.push(leader, "\"before\"").join();
      cluster.awaitSameState();
      long last = cluster.engine(laggard).lastApplied().index();
      cluster.kill(laggard);
      for (int i = 0; i < 80; i++) {
        cluster.push(leader, "\"" + i + KILOBYTES + "\"").join();
      }
      await().atMost(SOON).until(() -> cluster.node(leader).view().snapshotIndex() > last + 60);

      cluster.start(laggard);

      cluster.awaitSameState();
      assertThat(cluster.node(leader).sendsCheckpoint()).isFalse();
      assertThat(firstLogIndex(cluster, leader)).isLessThanOrEqualTo(last);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void startsFromACheckpointAndIgnoresAHalfWrittenOne() throws IOException {
    try (var cluster = new TestCluster(folder, 1).startAll()) {
      cluster.leader();
      cluster.push("n1", "\"a\"").join();
      cluster.stop("n1");
      Path checkpoints = checkpoints(cluster, "n1");
      assertThat(list(checkpoints)).hasSize(1);
      Path half = Files.createDirectories(checkpoints.resolve("snapshot.9_999").resolve("data"));
      Files.writeString(half.resolve("log"), "half a lo");

      cluster.start("n1");

      cluster.leader();
      assertThat(cluster.engine("n1").pushes()).containsOnlyKeys("\"a\"");
      assertThat(half).doesNotExist();
      assertThat(cluster.push("n1", "\"b\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
    }
  }

  @Test
  void keepsTwoCheckpoints() throws IOException {
    try (var cluster = new TestCluster(folder, 1).startAll()) {
      cluster.leader();
      for (int i = 0; i < 4; i++) {
        cluster.push("n1", "\"" + i + "\"").join();
        assertThat(cluster.node("n1").takeSnapshot()).succeedsWithin(SOON);
      }

      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(list(checkpoints(cluster, "n1"))).hasSize(2));
      assertThat(cluster.node("n1").view().snapshotIndex())
          .isEqualTo(cluster.engine("n1").lastApplied().index());
    }
  }

  private static Path checkpoints(TestCluster cluster, String node) throws IOException {
    return list(cluster.data(node).resolve("raft")).getFirst().resolve("sm");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Path target = to.resolve(from.relativize(path));
        Files.createDirectories(target.getParent());
        Files.copy(path, target);
      }
    }
  }

  private static long firstLogIndex(TestCluster cluster, String node) throws IOException {
    Path current = list(cluster.data(node).resolve("raft")).getFirst().resolve("current");
    return list(current).stream()
        .map(path -> path.getFileName().toString())
        .filter(name -> name.startsWith("log_"))
        .mapToLong(name -> Long.parseLong(name.replaceAll("log_(inprogress_)?(\\d+).*", "$2")))
        .min()
        .orElseThrow();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
