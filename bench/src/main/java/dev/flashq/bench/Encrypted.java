package dev.flashq.bench;

import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;

/** A cluster that encrypts the queues of the workloads. */
final class Encrypted {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private Encrypted() {}

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
