package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.secure.SchemaCheck;
import java.util.concurrent.CompletableFuture;

/**
 * Schema validation: e-mails are checked here, for errors where they are made, and once more by the
 * cluster, which takes nothing else from anybody.
 */
public final class Schemas {
  private static final String QUEUE = "emails";

  private final FlashQ client;
  private final SchemaCheck email;

  /**
   * @param email the schema that the cluster has for the queue, as in docs/schemas
   */
  public Schemas(FlashQ client, SchemaCheck email) {
    this.client = client;
    this.email = email;
  }

  /** Fails with VALIDATION_ERROR before anything is sent when it is no e-mail. */
  public CompletableFuture<Long> send(Data message) {
    return client.push(QUEUE, email.checked(QUEUE, message));
  }
}
