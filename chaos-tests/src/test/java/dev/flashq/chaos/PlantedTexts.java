package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Texts of chance that begin alike, so that one look through a file finds all of them. */
final class PlantedTexts {
  private static final int BLOCK = 1 << 20;

  private final String beginning =
      "planted" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 60, 1L << 62), 36);
  private final AtomicLong made = new AtomicLong();

  /** One that was never there before. */
  String next() {
    return beginning + "x" + made.incrementAndGet();
  }

  boolean isIn(String text) {
    return text.contains(beginning);
  }

  /** The files of a folder, and of those below, in which one of them stands. */
  List<Path> filesIn(Path folder) throws IOException {
    var found = new ArrayList<Path>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (isIn(file)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  private boolean isIn(Path file) throws IOException {
    byte[] block = new byte[BLOCK + beginning.length()];
    int kept = 0;
    try (var in = Files.newInputStream(file)) {
      for (int read = in.read(block, 0, BLOCK); read > 0; read = in.read(block, kept, BLOCK)) {
        int end = kept + read;
        if (new String(block, 0, end, ISO_8859_1).contains(beginning)) {
          return true;
        }
        kept = Math.min(end, beginning.length() - 1);
        System.arraycopy(block, end - kept, block, 0, kept);
      }
    }
    return false;
  }

  /** How many rows of a replica hold one; files may be compressed, rows are not. */
  long rowsIn(Path raftFolder, String node) throws IOException {
    var found = new AtomicLong();
    var rows = new AtomicLong();
    ReplicaRows.each(
        raftFolder,
        node,
        (_, key, value) -> {
          rows.incrementAndGet();
          if (isIn(new String(key, ISO_8859_1)) || isIn(new String(value, ISO_8859_1))) {
            found.incrementAndGet();
          }
        });
    assertThat(rows.get()).isPositive();
    return found.get();
  }

  /** One with so much behind it that it goes the way of large data. */
  String large() {
    return next() + new String(new byte[100_000], UTF_8).replace('\0', '.');
  }
}
