package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Job;
import dev.flashq.client.PushOptions;
import dev.flashq.client.Worker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Payments whose jobs hold what a payment provider gave for the card, and never its number, code or
 * date.
 */
public final class Payments {
  private static final String QUEUE = "payments";

  private final FlashQ client;

  /** The payment provider. */
  @FunctionalInterface
  public interface Provider {
    /** Charges what stands behind the id, once for each order; answers the transaction's id. */
    String charge(String paymentTokenId, String orderId, long amount) throws Exception;
  }

  public Payments(FlashQ client) {
    this.client = client;
  }

  /** Answers the same job when the order was pushed before and is not paid yet. */
  public CompletableFuture<Long> push(String paymentTokenId, String orderId, long amount) {
    var data = new LinkedHashMap<String, Object>();
    data.put("paymentTokenId", paymentTokenId);
    data.put("orderId", orderId);
    data.put("amount", amount);
    return client.push(
        QUEUE,
        Data.of(data),
        PushOptions.DEFAULTS.withCustomId(orderId).withRetries(5, Duration.ofSeconds(1)));
  }

  /** {@code new Worker(flashq, 'payments', handler)}; what it throws is tried again. */
  public Worker worker(Provider provider) {
    return new Worker(client, QUEUE, job -> pay(job, provider));
  }

  private static Data pay(Job job, Provider provider) throws Exception {
    if (job.data().value() instanceof Map<?, ?> data
        && data.get("paymentTokenId") instanceof String paymentTokenId
        && data.get("orderId") instanceof String orderId
        && data.get("amount") instanceof Long amount) {
      String transactionId = provider.charge(paymentTokenId, orderId, amount);
      return Data.of(Map.of("success", true, "transactionId", transactionId));
    }
    throw new IllegalArgumentException("this is no payment");
  }
}
