package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.Worker;
import dev.flashq.client.secure.JobCipher;
import dev.flashq.client.secure.KeyRing;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Jobs whose data only those can read who have the key: not the cluster, nor its backups. */
public final class EncryptedJobs {
  private static final String QUEUE = "secure-jobs";

  private final FlashQ client;
  private final JobCipher cipher;

  /**
   * @param key 64 hexadecimal digits, from {@code ENCRYPTION_KEY} or better from a mounted secret
   */
  public EncryptedJobs(FlashQ client, String key) {
    this(client, KeyRing.of(key));
  }

  /** With more than one key: the newest seals, and what the others have sealed can be read. */
  public EncryptedJobs(FlashQ client, KeyRing keys) {
    this.client = client;
    this.cipher = new JobCipher(keys);
  }

  /** {@code push('secure-jobs', {encrypted: encrypt(data)})}. */
  public CompletableFuture<Long> push(Data data) {
    return client.push(QUEUE, cipher.seal(data));
  }

  /** Works on the clear data; the result is sealed as well, because it may say as much. */
  public Worker worker(UnaryOperator<Data> work) {
    return new Worker(client, QUEUE, job -> cipher.seal(work.apply(cipher.open(job.data()))));
  }
}
