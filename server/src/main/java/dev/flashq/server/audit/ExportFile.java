package dev.flashq.server.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file at whose end lines are added. It is opened for each write, so that another program may
 * move it away.
 */
final class ExportFile implements ExportTarget {
  private final Path path;

  ExportFile(Path path) {
    this.path = path;
  }

  @Override
  public void write(byte[] lines) throws IOException {
    boolean plain = !Files.exists(path) || Files.isRegularFile(path);
    try (FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (plain) {
        add(lines, file);
      } else {
        write(ByteBuffer.wrap(lines), file);
      }
    }
  }

  /** What was written in part is taken back. */
  private static void add(byte[] lines, FileChannel file) throws IOException {
    long end = file.size();
    try {
      file.position(end);
      if (endsWithin(file, end)) {
        write(ByteBuffer.wrap(new byte[] {'\n'}), file);
      }
      write(ByteBuffer.wrap(lines), file);
      file.force(false);
    } catch (IOException e) {
      file.truncate(end);
      throw e;
    }
  }

  /** Whether the last line was cut off, by a crash. */
  private static boolean endsWithin(FileChannel file, long end) throws IOException {
    var last = ByteBuffer.allocate(1);
    return end > 0 && file.read(last, end - 1) == 1 && last.get(0) != '\n';
  }

  private static void write(ByteBuffer bytes, FileChannel file) throws IOException {
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
  }
}
