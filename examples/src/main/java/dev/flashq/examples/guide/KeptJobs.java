package dev.flashq.examples.guide;

import dev.flashq.client.FlashQ;
import dev.flashq.client.Retention;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Keeps jobs that have ended no longer than needed. Needs {@code admin} and {@code security}. */
public final class KeptJobs {
  private final FlashQ client;

  public KeptJobs(FlashQ client) {
    this.client = client;
  }

  /**
   * The guide's {@code clean('*', 86400000 * 30, 'completed')}: only what completed 30 days ago or
   * earlier goes, of every queue.
   *
   * @return how many jobs went
   */
  public CompletableFuture<Long> clean() {
    return client.clean("*", Duration.ofDays(30), "completed");
  }

  /** The same as a policy, which the cluster keeps to by itself; dead jobs stay for 90 days. */
  public CompletableFuture<Void> keepToThirtyDays(String queues) {
    return client
        .privacy()
        .setRetention(
            Retention.of(queues)
                .withCompletedAge(Duration.ofDays(30))
                .withDeadAge(Duration.ofDays(90)));
  }
}
