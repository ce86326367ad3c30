package dev.flashq.client;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** What is kept of jobs, and what is taken out of them: retention policies and erasures. */
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
        Requests.command("ERASESTATUS"), answer -> items(answer, "erasures", ErasureStatus::of));
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
        Requests.command("RETENTIONLIST"), answer -> items(answer, "retention", Retention::of));
  }

  private static <T> List<T> items(Answer answer, String name, Function<Map<?, ?>, T> item) {
    return answer.all().get(name) instanceof List<?> list
        ? list.stream().map(each -> item.apply((Map<?, ?>) each)).toList()
        : List.of();
  }
}
