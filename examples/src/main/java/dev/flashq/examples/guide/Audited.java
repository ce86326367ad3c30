package dev.flashq.examples.guide;

import dev.flashq.client.FlashQ;
import dev.flashq.client.secure.AuditedFlashQ;
import java.util.function.Consumer;

/**
 * Pushes that leave a record of the user on whose behalf they were made. The cluster keeps a trail
 * of its own of everything that clients do, under their tokens' names; it is read as the queue
 * {@code audit:logs}, and nobody pushes to that.
 */
public final class Audited {
  private Audited() {}

  /** {@code new AuditedFlashQ(client, userId, ip)}: lines of JSON on standard output. */
  public static AuditedFlashQ forUser(FlashQ client, String userId, String ip) {
    return new AuditedFlashQ(client, userId, ip);
  }

  public static AuditedFlashQ forUser(
      FlashQ client, String userId, String ip, Consumer<String> lines) {
    return new AuditedFlashQ(client, userId, ip, lines);
  }
}
