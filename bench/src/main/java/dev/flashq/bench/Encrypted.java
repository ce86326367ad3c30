package dev.flashq.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/** A cluster that encrypts the queues of the workloads under a master key of its own. */
final class Encrypted {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final int KEY_BYTES = 32;

  private Encrypted() {}

  /** Settings of nodes whose master key stands in their folder: a new one if none is there. */
  static Map<String, String> settings(Path folder) throws IOException {
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

  /** Tries again while the cluster has just been made and has no ring key yet. */
  static void encrypt(FlashQ client) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        client.privacy().encrypt(Workloads.QUEUES).join();
        return;
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof FlashQException) || System.nanoTime() > end) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
