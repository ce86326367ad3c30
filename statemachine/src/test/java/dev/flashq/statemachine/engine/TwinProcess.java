package dev.flashq.statemachine.engine;

import com.google.protobuf.ByteString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Applies a log from a file in a JVM of its own and writes down every stored row. */
public final class TwinProcess {
  private TwinProcess() {}

  static void write(ByteString entry, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(entry.size());
    entry.writeTo(data);
    data.flush();
  }

  public static void main(String[] args) throws IOException {
    try (DataInputStream log = new DataInputStream(Files.newInputStream(Path.of(args[0])));
        EngineFixture fixture = new EngineFixture(Path.of(args[1]))) {
      while (log.available() > 0) {
        fixture.applyBytes(ByteString.copyFrom(log.readNBytes(log.readInt())));
      }
      Files.write(Path.of(args[2]), Rows.of(fixture.engine()));
    }
  }
}
