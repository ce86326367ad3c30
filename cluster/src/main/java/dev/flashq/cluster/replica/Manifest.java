package dev.flashq.cluster.replica;

import dev.flashq.statemachine.QueueEngine.Applied;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a checkpoint consists of. A text file, written last: a checkpoint without a complete one
 * does not exist.
 *
 * @param applied the last log entry that the checkpoint contains
 */
record Manifest(Applied applied, List<Item> items) {
  static final String FILE = "checkpoint.manifest";
  private static final String HEAD = "flashq-checkpoint 1";
  private static final int BUFFER = 1 << 16;

  Manifest {
    items = List.copyOf(items);
  }

  /**
   * @param path relative, with slashes
   * @param checksum CRC32C of the content
   */
  record Item(String path, long size, long checksum) {}

  String text() {
    var text = new StringBuilder(HEAD).append('\n');
    text.append("applied ").append(applied.term()).append(' ').append(applied.index()).append('\n');
    for (Item item : items) {
      text.append("file ")
          .append(Long.toHexString(item.checksum()))
          .append(' ')
          .append(item.size())
          .append(' ');
      text.append(item.path()).append('\n');
    }
    return text + "end " + Long.toHexString(checksum(text.toString())) + "\n";
  }

  /** Empty when the folder has no manifest or one that was cut off or changed. */
  static Optional<Manifest> read(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    int end = text.lastIndexOf("end ");
    if (end < 0
        || !text.substring(end)
            .equals("end " + Long.toHexString(checksum(text.substring(0, end))) + "\n")) {
      return Optional.empty();
    }
    return Optional.of(parse(text.substring(0, end).lines().toList()));
  }

  private static Manifest parse(List<String> lines) throws IOException {
    if (!lines.getFirst().equals(HEAD)) {
      throw new IOException("a checkpoint of another format: " + lines.getFirst());
    }
    String[] applied = lines.get(1).split(" ", 3);
    List<Item> items = new ArrayList<>();
    for (String line : lines.subList(2, lines.size())) {
      String[] parts = line.split(" ", 4);
      items.add(new Item(parts[3], Long.parseLong(parts[2]), Long.parseLong(parts[1], 16)));
    }
    return new Manifest(new Applied(Long.parseLong(applied[1]), Long.parseLong(applied[2])), items);
  }

  static long checksum(Path file) throws IOException {
    var crc = new CRC32C();
    var buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        crc.update(buffer, 0, n);
      }
    }
    return crc.getValue();
  }

  private static long checksum(String text) {
    var crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
