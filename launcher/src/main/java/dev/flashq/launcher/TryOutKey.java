package dev.flashq.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/** A master key beside the data that it protects: good for nodes whose data nobody needs. */
public final class TryOutKey {
  private static final int KEY_BYTES = 32;

  private TryOutKey() {}

  /** Settings of nodes whose master key stands in the folder: a new one if none is there. */
  public static Map<String, String> settings(Path folder) throws IOException {
    Path file = folder.toAbsolutePath().resolve("master-key");
    if (Files.notExists(file)) {
      byte[] key = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(key);
      Files.createDirectories(file.getParent());
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(file, HexFormat.of().formatHex(key).getBytes(US_ASCII));
    }
    return Map.of("FLASHQ_ENCRYPTION_MASTER_KEY", "file:" + file);
  }
}
