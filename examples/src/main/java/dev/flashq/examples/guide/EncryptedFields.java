package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Worker;
import dev.flashq.client.secure.FieldCipher;
import dev.flashq.client.secure.JobCipher;
import dev.flashq.client.secure.KeyRing;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Jobs of which some fields are sealed, and the rest can be searched and shown. */
public final class EncryptedFields {
  private final FlashQ client;
  private final String queue;
  private final FieldCipher cipher;

  public EncryptedFields(FlashQ client, String queue, String key) {
    this.client = client;
    this.queue = queue;
    this.cipher = new FieldCipher(new JobCipher(KeyRing.of(key)), FieldCipher.USUAL_FIELDS);
  }

  /** {@code ssn}, {@code creditCard}, {@code password} and {@code apiKey} go sealed. */
  public CompletableFuture<Long> push(Data data) {
    return client.push(queue, cipher.encrypt(data));
  }

  public Worker worker(Consumer<Data> work) {
    return new Worker(
        client,
        queue,
        job -> {
          work.accept(cipher.decrypt(job.data()));
          return null;
        });
  }
}
