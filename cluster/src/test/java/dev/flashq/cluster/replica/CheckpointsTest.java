package dev.flashq.cluster.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.statemachine.QueueEngine.Applied;
import dev.flashq.statemachine.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path folder;
  private Checkpoints checkpoints = new Checkpoints(Path.of("unset"), Path.of("unset"));

  @BeforeEach
  void inAFolder() {
    checkpoints = new Checkpoints(folder.resolve("sm"), folder.resolve("tmp"));
  }

  @Test
  void findsTheNewest() throws IOException {
    assertThat(checkpoints.newest()).isEmpty();
    take(1, 9, "a");
    take(2, 30, "b");

    assertThat(checkpoints.newest().orElseThrow().applied()).isEqualTo(new Applied(2, 30));
  }

  @Test
  void keepsTwo() throws IOException {
    take(1, 9, "a");
    take(1, 20, "b");
    take(1, 100, "c");

    checkpoints.retain();

    assertThat(folder.resolve("sm")).isDirectoryNotContaining("glob:**snapshot.1_9");
    assertThat(checkpoints.newest().orElseThrow().applied().index()).isEqualTo(100);
  }

  @Test
  void neverUsesOneThatIsNotWhole() throws IOException {
    take(1, 9, "whole");
    Path cut = take(1, 20, "cut off").folder();
    Files.writeString(cut.resolve("data/file"), "cut");
    Path bare = take(1, 30, "no manifest").folder();
    Files.delete(bare.resolve(Manifest.FILE));
    Path torn = take(1, 40, "torn manifest").folder();
    String text = Files.readString(torn.resolve(Manifest.FILE));
    Files.writeString(torn.resolve(Manifest.FILE), text.substring(0, text.length() - 3));

    assertThat(checkpoints.newest().orElseThrow().applied().index()).isEqualTo(9);

    checkpoints.clean();
    assertThat(Disk.list(folder.resolve("sm"))).hasSize(1);
  }

  @Test
  void noticesDamageOfTheSameSize() throws IOException {
    Checkpoint taken = take(1, 9, "abc");
    taken.verify();
    Files.writeString(taken.folder().resolve("data/file"), "abd");

    assertThatThrownBy(taken::verify)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("data/file");
  }

  @Test
  void setsAsideWhatHasChangedOnTheDisk() throws IOException {
    take(1, 9, "abc");
    for (long index = 10; index <= 12; index++) {
      Checkpoint taken = take(1, index, "abc");
      Files.writeString(taken.folder().resolve("data/file"), "abd");
    }

    assertThat(checkpoints.newestSound().orElseThrow().applied().index()).isEqualTo(9);
    assertThat(checkpoints.newest().orElseThrow().applied().index()).isEqualTo(9);
    assertThat(Disk.list(folder.resolve("damaged")))
        .extracting(path -> path.getFileName().toString())
        .containsExactly("snapshot.1_11", "snapshot.1_12");
  }

  @Test
  void findsTheFileThatHasChanged() throws IOException {
    Checkpoint taken = take(1, 9, "abc");
    checkpoints.requireSound(Path.of("snapshot.1_9/data/file"));
    Files.writeString(taken.folder().resolve("data/file"), "abd");
    checkpoints.requireSound(Path.of("snapshot.1_9/EMPTY"));
    checkpoints.requireSound(Path.of("snapshot.1_9", Manifest.FILE));

    assertThatThrownBy(() -> checkpoints.requireSound(Path.of("snapshot.1_9/data/file")))
        .isInstanceOf(DamagedException.class);
    assertThat(checkpoints.newest()).isEmpty();
  }

  @Test
  void givesNoNewChecksumToAFileThatHasChanged() throws IOException {
    take(1, 9, "abc").linkInto(folder.resolve("live"));
    Path draft = Files.createDirectories(checkpoints.draft());
    Files.createLink(draft.resolve("file"), folder.resolve("live/data/file"));
    Files.writeString(folder.resolve("live/data/file"), "abd");
    assertThat(checkpoints.newestSound()).isEmpty();

    assertThatThrownBy(() -> checkpoints.publish(draft, new Applied(1, 10)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the state in use contains it");
  }

  @Test
  void noticesAChangeOfASharedFileLater() throws IOException {
    Path first = take(1, 9, "abc").folder();
    Path draft = Files.createDirectories(checkpoints.draft());
    Files.createLink(draft.resolve("file"), first.resolve("data/file"));
    Files.writeString(first.resolve("data/file"), "abd");
    checkpoints.publish(draft, new Applied(1, 10));

    assertThat(checkpoints.newestSound()).isEmpty();
  }

  @Test
  void linksItsFilesIntoANewFolder() throws IOException {
    Path live = folder.resolve("live");
    take(1, 9, "abc").linkInto(live);

    assertThat(live.resolve("data/file")).hasContent("abc");
    assertThat(live.resolve(Manifest.FILE)).doesNotExist();
  }

  @Test
  void provesWhatALeaderHasSent() throws IOException {
    Path sent = take(1, 9, "abc").folder();
    Path received =
        Files.createDirectories(folder.resolve("tmp/snapshot-42")).resolve("snapshot.1_9");
    Files.move(sent, received);
    checkpoints.proveReceived();

    Files.writeString(received.resolve("data/file"), "abd");
    assertThatThrownBy(checkpoints::proveReceived).hasMessageContaining("is damaged");

    Files.delete(received.resolve(Manifest.FILE));
    assertThatThrownBy(checkpoints::proveReceived).hasMessageContaining("without its manifest");
  }

  private Checkpoint take(long term, long index, String content) throws IOException {
    Path draft = checkpoints.draft();
    Files.createDirectories(draft.resolve("data"));
    Files.writeString(draft.resolve("data/file"), content);
    Files.writeString(draft.resolve("EMPTY"), "");
    return checkpoints.publish(draft, new Applied(term, index));
  }
}
