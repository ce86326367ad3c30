package dev.flashq.cluster.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.statemachine.QueueEngine.Applied;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data folder as a crash leaves it while the leader's checkpoint 300 replaces our 150. */
class InstallationTest {
  private static final UUID GROUP = UUID.fromString("0b8a1cd5-2d3f-3c1b-9a55-0123456789ab");

  @TempDir Path folder;
  private Path group = Path.of("unset");
  private Path checkpoints = Path.of("unset");
  private Path moved = Path.of("unset");
  private Path transfer = Path.of("unset");

  @BeforeEach
  void withACheckpointAndAnotherReceived() throws IOException {
    try (DataFolder data = open()) {
      data.markUsed();
    }
    group = folder.resolve("raft").resolve(GROUP.toString());
    checkpoints = group.resolve("sm");
    moved = group.resolve("sm.tmp20261127_041830.123");
    transfer = Files.createDirectories(group.resolve("tmp/snapshot-42"));
    Files.createDirectories(group.resolve("current"));
    Files.createFile(group.resolve("current/log_100-200"));
    write(checkpoints, 150);
    write(transfer, 300);
  }

  @Test
  void keepsTheOldBeforeTheFirstMove() throws IOException {
    assertThat(indexAfterStart()).isEqualTo(150);
  }

  @Test
  void finishesBetweenTheMoves() throws IOException {
    Files.move(checkpoints, moved);

    assertThat(indexAfterStart()).isEqualTo(300);
    assertThat(moved).doesNotExist();
  }

  @Test
  void finishesWhenNoCheckpointWasThereBefore() throws IOException {
    Files.move(checkpoints, moved);
    Disk.delete(moved.resolve("snapshot.1_150"));

    assertThat(indexAfterStart()).isEqualTo(300);
    assertThat(moved).doesNotExist();
  }

  @Test
  void finishesAlsoWhenAnEmptyFolderWasMadeSince() throws IOException {
    Files.move(checkpoints, moved);
    Files.createDirectories(checkpoints);

    assertThat(indexAfterStart()).isEqualTo(300);
  }

  @Test
  void bringsTheOldBackWhenTheReceivedIsDamaged() throws IOException {
    Files.move(checkpoints, moved);
    Files.writeString(transfer.resolve("snapshot.1_300/file"), "state 3O0");

    assertThat(indexAfterStart()).isEqualTo(150);
    assertThat(moved).doesNotExist();
  }

  @Test
  void deletesTheOldAfterTheSecondMove() throws IOException {
    Files.move(checkpoints, moved);
    Files.move(transfer, checkpoints);

    assertThat(indexAfterStart()).isEqualTo(300);
    assertThat(moved).doesNotExist();
  }

  @Test
  void deletesTheRestOfTheOld() throws IOException {
    Files.move(checkpoints, moved);
    Files.move(transfer, checkpoints);
    Files.delete(moved.resolve("snapshot.1_150/file"));

    assertThat(indexAfterStart()).isEqualTo(300);
    assertThat(moved).doesNotExist();
  }

  @Test
  void refusesTheFolderWhenNothingIsWhole() throws IOException {
    Files.move(checkpoints, moved);
    Files.delete(moved.resolve("snapshot.1_150/file"));
    Disk.delete(transfer);

    assertThatThrownBy(this::open)
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("lacks entries")
        .hasMessageContaining("data.replaced=true");
    assertThat(moved).exists();
  }

  private long indexAfterStart() throws IOException {
    try (DataFolder data = open()) {
      var found = new Checkpoints(data.checkpoints(), data.temporary());
      found.clean();
      assertThat(transfer).doesNotExist();
      return found.newest().orElseThrow().applied().index();
    }
  }

  private DataFolder open() {
    return DataFolder.open(folder, "test", GROUP, "n1", false, 1_700_000_000_000L);
  }

  private void write(Path into, long index) throws IOException {
    var writer = new Checkpoints(into, group.resolve("tmp"));
    Path draft = Files.createDirectories(writer.draft());
    Files.writeString(draft.resolve("file"), "state " + index);
    writer.publish(draft, new Applied(1, index));
  }
}
