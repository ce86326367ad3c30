package dev.flashq.client;

import dev.flashq.protocol.option.PushOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What is kept of jobs, and who can read it: retention policies, erasures, encryption and the end
 * of its keys.
 */
public final class Privacy {
  /** Sends a request and makes something of its answer. */
  @FunctionalInterface
  interface Way {
    <R> CompletableFuture<R> send(Requests request, Function<Answer, R> result);
  }

  private final Way change;
  private final Way ask;

  Privacy(Way change, Way ask) {
    this.change = change;
    this.ask = ask;
  }

  /**
   * Looks through all jobs that there are and that the token may administer, by and by; answers the
   * number of the erasure at once. Doing it again does no harm.
   */
  public CompletableFuture<Long> erase(Erasure erasure) {
    return change.send(erasure.request(), answer -> answer.id);
  }

  /** How far an erasure is. Fails with ERASURE_NOT_FOUND. */
  public CompletableFuture<ErasureStatus> erasure(long id) {
    return ask.send(
        Requests.command("ERASESTATUS").integer(Fields.ID, id),
        answer -> ErasureStatus.of(answer.all()));
  }

  /** The latest 200 that the token began; with the operation security, of all tokens. */
  public CompletableFuture<List<ErasureStatus>> erasures() {
    return ask.send(
        Requests.command("ERASESTATUS"),
        answer -> Values.items(answer.all(), "erasures", ErasureStatus::of));
  }

  /** Ends an erasure; what it has changed stays so. Fails with ERASURE_NOT_FOUND. */
  public CompletableFuture<Void> cancelErasure(long id) {
    return change.send(Requests.command("ERASECANCEL").integer(Fields.ID, id), answer -> null);
  }

  /** Takes the place of what was said of the same pattern before. */
  public CompletableFuture<Void> setRetention(Retention retention) {
    return change.send(retention.request(), answer -> null);
  }

  public CompletableFuture<Void> deleteRetention(String queues) {
    return change.send(
        Requests.command("RETENTIONDELETE").string(Fields.QUEUE, queues), answer -> null);
  }

  /** All policies, by their patterns; at most 100. */
  public CompletableFuture<List<Retention>> retentions() {
    return ask.send(
        Requests.command("RETENTIONLIST"),
        answer -> Values.items(answer.all(), "retention", Retention::of));
  }

  /**
   * Encrypts queues of a pattern: what comes from the answer on, and by and by what is there. Once
   * more: under a new key. Fails with KEY_UNAVAILABLE when the nodes have no master key.
   */
  public CompletableFuture<Void> encrypt(String queues) {
    return change.send(ofQueues("ENCRYPTIONSET", queues), answer -> null);
  }

  /** Encrypts nothing more there; what is encrypted stays so, and can be read. */
  public CompletableFuture<Void> stopEncrypting(String queues) {
    return change.send(ofQueues("ENCRYPTIONDELETE", queues), answer -> null);
  }

  /**
   * Destroys the keys of a pattern: nobody can read any more what is encrypted under them, soon not
   * even in old copies of the data. What comes is encrypted under a new key.
   */
  public CompletableFuture<Void> destroyKeys(String queues) {
    return change.send(ofQueues("ENCRYPTIONDESTROY", queues), answer -> null);
  }

  private static Requests ofQueues(String command, String queues) {
    return Requests.command(command).string(Fields.QUEUE, queues);
  }

  /**
   * Destroys the key of a data subject: nobody can read any more what jobs carry that were pushed
   * with {@link PushOptions#withSubject}. Answers how many keys there were.
   */
  public CompletableFuture<Long> destroySubject(String subject) {
    return change.send(
        Requests.command("SUBJECTDESTROY").string(Fields.of(PushOption.SUBJECT), subject),
        answer -> answer.count);
  }

  /** Which queues are encrypted, and how far that is. */
  public CompletableFuture<Encryption> encryption() {
    return ask.send(Requests.command("ENCRYPTIONLIST"), answer -> Encryption.of(answer.all()));
  }
}
