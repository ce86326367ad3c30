package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.cluster.replica.DataFolderException;
import dev.flashq.statemachine.Reply.Pushed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose disk comes back empty has forgotten its votes. */
class LostDiskTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void refusesAMemberThatForgotWhatItPromised() throws IOException {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String lost = lose(cluster);

      cluster.start(lost);
      awaitRefusal(cluster, 1);

      cluster.kill(lost);
      cluster.start(lost);
      awaitRefusal(cluster, 2);
    }
  }

  @Test
  void refusesItAlsoWhenACheckpointTellsOfIt() throws IOException {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String leader = cluster.leader();
      String lost = lose(cluster);
      assertThat(cluster.node(leader).takeSnapshot()).succeedsWithin(SOON);
      cluster.push(leader, "\"behind the checkpoint\"").join();

      cluster.start(lost);
      awaitRefusal(cluster, 1);
    }
  }

  @Test
  void takesItInWhenSomebodySaysThatTheDiskWasReplaced() throws IOException {
    try (var cluster = new TestCluster(folder, 3).startAll()) {
      String lost = lose(cluster);

      cluster.start(lost, true);
      cluster.awaitSameState();
      assertThat(cluster.push(lost, "\"after\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);

      cluster.kill(lost);
      cluster.start(lost);
      cluster.awaitSameState();
      assertThat(cluster.push(lost, "\"again\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  /** Kills a follower that had pushed something, and empties its folder. */
  private static String lose(TestCluster cluster) throws IOException {
    String lost = cluster.follower();
    cluster.push(lost, "\"before\"").join();
    cluster.awaitSameState();
    cluster.kill(lost);
    List<Path> inside;
    try (var files = Files.walk(cluster.data(lost))) {
      inside = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : inside) {
      Files.delete(path);
    }
    return lost;
  }

  private static void awaitRefusal(TestCluster cluster, int times) {
    await().atMost(SOON).until(() -> cluster.fatal().size() >= times);
    assertThat(cluster.fatal().getLast())
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("disk was emptied or replaced");
  }
}
