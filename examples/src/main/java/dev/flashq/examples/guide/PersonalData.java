package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.Erasure;
import dev.flashq.client.ErasureStatus;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.JobFilter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Takes what is said of a user out of all jobs. Needs the permission {@code admin}. */
public final class PersonalData {
  private static final Data REDACTED = Data.of("[REDACTED]");
  private static final Duration AGAIN = Duration.ofMillis(100);

  private final FlashQ client;

  public PersonalData(FlashQ client) {
    this.client = client;
  }

  /**
   * The guide's loop, over the completed jobs of all queues. What is not completed, and all
   * results, stay as they are; {@link #erase} leaves neither.
   *
   * @return how many jobs were about the user
   */
  public int redactCompleted(String userId) {
    int redacted = 0;
    for (String queue : client.queues().join()) {
      for (Job job : (Iterable<Job>) client.jobs(JobFilter.of(queue).in("completed"))::iterator) {
        Optional<Data> other = redacted(job.data(), userId);
        if (other.isPresent()) {
          client.update(job.id(), other.get()).join();
          redacted++;
        }
      }
    }
    return redacted;
  }

  private static Optional<Data> redacted(Data data, String userId) {
    if (data.value() instanceof Map<?, ?> fields && userId.equals(fields.get("userId"))) {
      var other = new LinkedHashMap<String, Data>(data.fields());
      other.put("email", REDACTED);
      other.put("name", REDACTED);
      other.put("personalData", Data.NULL);
      return Optional.of(Data.ofFields(other));
    }
    return Optional.empty();
  }

  /**
   * Lets the cluster do it, in all states and in results too, whoever leads.
   *
   * @return when it has ended, what came of it: the proof for whoever asked
   */
  public CompletableFuture<ErasureStatus> erase(String userId) {
    Erasure erasure =
        Erasure.where("userId", Data.of(userId))
            .set("email", REDACTED)
            .set("name", REDACTED)
            .set("personalData", Data.NULL);
    return client.privacy().erase(erasure).thenCompose(this::ended);
  }

  private CompletableFuture<ErasureStatus> ended(long erasure) {
    return client
        .privacy()
        .erasure(erasure)
        .thenComposeAsync(
            status ->
                status.isRunning() ? ended(erasure) : CompletableFuture.completedFuture(status),
            CompletableFuture.delayedExecutor(AGAIN.toMillis(), TimeUnit.MILLISECONDS));
  }
}
