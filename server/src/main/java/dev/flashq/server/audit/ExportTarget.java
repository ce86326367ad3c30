package dev.flashq.server.audit;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;

/** Where the audit trail is written to. */
public interface ExportTarget {
  /** Writes whole lines; when it fails, it may be called with the same ones again. */
  void write(byte[] lines) throws IOException;

  /** A file, or standard output for a hyphen. */
  static ExportTarget of(Path path) {
    return path.toString().equals("-") ? standardOutput() : new ExportFile(path);
  }

  private static ExportTarget standardOutput() {
    // Not System.out: it tells nobody that a write has failed.
    var out = new FileOutputStream(FileDescriptor.out);
    return out::write;
  }
}
