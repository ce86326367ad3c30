package dev.flashq.cluster.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  private static final UUID GROUP = UUID.fromString("0b8a1cd5-2d3f-3c1b-9a55-0123456789ab");

  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path folder;

  @Test
  void countsItsStarts() {
    for (long boot = NOW; boot <= NOW + 2; boot++) {
      try (DataFolder data = open("n1")) {
        assertThat(data.boot()).isEqualTo(boot);
      }
    }
  }

  @Test
  void knowsTheStartsThatWereMadeWithIt() {
    open("n1").close();
    try (DataFolder data = open("n1")) {
      data.requireOwn(NOW);
      data.requireOwn(NOW + 1);

      assertForgotten(data, NOW - 1);
      assertForgotten(data, NOW + 2);
    }
  }

  @Test
  void acceptsEarlierStartsInPlaceOfALostFolder() {
    DataFolder.open(folder, "test", GROUP, "n1", true, NOW).close();
    try (DataFolder data = open("n1")) {
      data.requireOwn(NOW - 1);

      assertForgotten(data, NOW + 2);
    }
  }

  private void assertForgotten(DataFolder data, long boot) {
    assertThatThrownBy(() -> data.requireOwn(boot))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("The cluster knows this node by start " + boot)
        .hasMessageContaining("data.replaced=true");
  }

  @Test
  void belongsToOneProcessAtATime() {
    try (DataFolder _ = open("n1")) {
      assertRefused("n1", "is in use by another process");
    }
    open("n1").close();
  }

  @Test
  void refusesAnotherNodeOrCluster() {
    open("n1").close();

    assertRefused("n2", "belongs to node 'n1', this node has node 'n2'");
    assertThatThrownBy(() -> DataFolder.open(folder, "other", GROUP, "n1", false, NOW))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("belongs to cluster 'test'");
  }

  @Test
  void refusesDataWithoutAnIdentity() throws IOException {
    Files.createDirectories(folder.resolve("raft"));

    assertRefused("n1", "has no identity file but holds 'raft'");
  }

  @Test
  void refusesTheGroupOfAnotherCluster() throws IOException {
    open("n1").close();
    Files.createDirectories(folder.resolve("raft").resolve(UUID.randomUUID().toString()));

    assertRefused("n1", "a Raft group of another cluster");
  }

  @Test
  void startsAgainAfterAStartThatGotNowhere() {
    open("n1").close();

    open("n1").close();
  }

  @Test
  void refusesAUsedFolderWithoutItsLog() {
    use();

    assertRefused("n1", "has lost a part of its content");
  }

  @Test
  void refusesALogThatDoesNotMeetTheCheckpoint() throws IOException {
    use();
    Path current =
        Files.createDirectories(
            folder.resolve("raft").resolve(GROUP.toString()).resolve("current"));
    Files.createFile(current.resolve("log_100-200"));
    Files.createFile(current.resolve("log_inprogress_201"));

    assertRefused("n1", "its newest complete checkpoint ends at -1 and its log begins at 100");
  }

  @Test
  void acceptsALogFromTheBeginning() throws IOException {
    use();
    Path current =
        Files.createDirectories(
            folder.resolve("raft").resolve(GROUP.toString()).resolve("current"));
    Files.createFile(current.resolve("log_inprogress_0"));

    open("n1").close();
  }

  private void use() {
    try (DataFolder data = open("n1")) {
      data.markUsed();
    }
  }

  private DataFolder open(String node) {
    return DataFolder.open(folder, "test", GROUP, node, false, NOW);
  }

  private void assertRefused(String node, String sentence) {
    assertThatThrownBy(() -> open(node))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining(sentence);
  }
}
