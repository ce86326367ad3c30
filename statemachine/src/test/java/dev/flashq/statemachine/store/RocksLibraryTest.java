package dev.flashq.statemachine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is killed a hundred times leaves one copy of the library and not a hundred. */
class RocksLibraryTest {
  @TempDir Path folder;

  @Test
  void isPutIntoTheFolderOnce() throws IOException {
    RocksLibrary.loadFrom(folder);
    Path library = files().getFirst();
    assertThat(Files.size(library)).isGreaterThan(1 << 20);
    Files.setLastModifiedTime(library, FileTime.fromMillis(0));

    RocksLibrary.loadFrom(folder);

    assertThat(files()).containsExactly(library);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(FileTime.fromMillis(0));
  }

  @Test
  void isPutThereAgainWhenItIsNotWhole() throws IOException {
    RocksLibrary.loadFrom(folder);
    Path library = files().getFirst();
    long size = Files.size(library);
    Files.write(library, new byte[10]);

    RocksLibrary.loadFrom(folder);

    assertThat(Files.size(library)).isEqualTo(size);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
