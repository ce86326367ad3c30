package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.Encryption;
import dev.flashq.client.FlashQ;
import dev.flashq.client.PushOptions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Jobs that the cluster encrypts on its disks, and users who are forgotten with a key. Needs the
 * permission {@code security}, but for the push.
 */
public final class EncryptedQueues {
  private static final Duration AGAIN = Duration.ofMillis(100);

  private final FlashQ client;

  public EncryptedQueues(FlashQ client) {
    this.client = client;
  }

  /** From now on what jobs of these queues carry stands encrypted on all disks. */
  public CompletableFuture<Void> encrypt(String queues) {
    return client.privacy().encrypt(queues);
  }

  /** Pushes a job that is about a user: nobody reads it once the user is forgotten. */
  public CompletableFuture<Long> push(String queue, Data data, String userId) {
    return client.push(queue, data, PushOptions.DEFAULTS.withSubject(userId));
  }

  /**
   * Destroys the key of a user.
   *
   * @return when old copies of the data cannot be read with the keys of the nodes either: whether
   *     there was anything about the user
   */
  public CompletableFuture<Boolean> forget(String userId) {
    return client
        .privacy()
        .destroySubject(userId)
        .thenCompose(keys -> changed().thenApply(_ -> keys > 0));
  }

  private CompletableFuture<Encryption> changed() {
    return client
        .privacy()
        .encryption()
        .thenComposeAsync(
            encryption ->
                encryption.ringChanging()
                    ? changed()
                    : CompletableFuture.completedFuture(encryption),
            CompletableFuture.delayedExecutor(AGAIN.toMillis(), TimeUnit.MILLISECONDS));
  }
}
