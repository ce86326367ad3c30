package dev.flashq.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path folder;

  @Test
  void countsWhatHardLinksShareOnce() throws IOException {
    Files.write(folder.resolve("a"), new byte[1000]);
    Files.createDirectories(folder.resolve("inner"));
    Files.createLink(folder.resolve("inner/a"), folder.resolve("a"));
    Files.write(folder.resolve("inner/b"), new byte[10]);

    assertThat(Folders.bytes(folder)).isEqualTo(1010);
  }

  @Test
  void passesOverWhatANodeDeletesMeanwhile() throws IOException {
    Files.write(folder.resolve("stays"), new byte[7]);
    var ended = new AtomicBoolean();
    CompletableFuture<Void> node = CompletableFuture.runAsync(() -> comeAndGo(ended));
    try {
      for (int i = 0; i < 2000; i++) {
        assertThat(Folders.bytes(folder)).isGreaterThanOrEqualTo(7);
      }
    } finally {
      ended.set(true);
      node.join();
    }
  }

  @Test
  void deletesAllThatIsInside() throws IOException {
    Path inner = Files.createDirectories(folder.resolve("x/y"));
    Files.write(inner.resolve("a"), new byte[1]);

    Folders.delete(folder.resolve("x"));
    Folders.delete(folder.resolve("x"));

    assertThat(folder.resolve("x")).doesNotExist();
  }

  private void comeAndGo(AtomicBoolean ended) {
    try {
      while (!ended.get()) {
        Path draft = Files.createDirectories(folder.resolve("draft/tmp"));
        for (int i = 0; i < 20; i++) {
          Files.write(draft.resolve(i + ".sst"), new byte[1]);
        }
        Folders.delete(folder.resolve("draft"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
