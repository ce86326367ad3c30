package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.FlashQException;
import dev.flashq.client.PushOptions;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pushes for one user and writes a record of each push, made or refused, as a line of JSON: {@code
 * {timestamp, action, queue, jobId?, userId?, ip?, success, details?}}. Job data is in no record.
 *
 * <p>The cluster keeps an audit trail of its own, which nobody can get round; this one knows the
 * user on whose behalf a program pushes.
 */
public final class AuditedFlashQ {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final FlashQ client;
  private final @Nullable String userId;
  private final @Nullable String ip;
  private final Consumer<String> sink;
  private final InstantSource clock;

  /** Writes to standard output. */
  public AuditedFlashQ(FlashQ client, @Nullable String userId, @Nullable String ip) {
    this(client, userId, ip, System.out::println);
  }

  /**
   * @param sink gets each line before the push's future completes, on the client's thread, which it
   *     should not hold up; when it fails, that is logged, and the push stands as it is
   */
  public AuditedFlashQ(
      FlashQ client, @Nullable String userId, @Nullable String ip, Consumer<String> sink) {
    this(client, userId, ip, sink, InstantSource.system());
  }

  AuditedFlashQ(
      FlashQ client,
      @Nullable String userId,
      @Nullable String ip,
      Consumer<String> sink,
      InstantSource clock) {
    this.client = client;
    this.userId = userId;
    this.ip = ip;
    this.sink = sink;
    this.clock = clock;
  }

  public CompletableFuture<Long> push(String queue, Data data) {
    return push(queue, data, PushOptions.DEFAULTS);
  }

  public CompletableFuture<Long> push(String queue, Data data, PushOptions options) {
    return client
        .push(queue, data, options)
        .whenComplete((id, failure) -> write(record("push", queue, id, failure)));
  }

  private Data record(
      String action, String queue, @Nullable Long jobId, @Nullable Throwable failure) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("timestamp", TIMESTAMP.format(clock.instant()));
    fields.put("action", action);
    fields.put("queue", queue);
    putUnlessNull(fields, "jobId", jobId == null ? null : jobId.toString());
    putUnlessNull(fields, "userId", userId);
    putUnlessNull(fields, "ip", ip);
    fields.put("success", failure == null);
    putUnlessNull(fields, "details", failure == null ? null : details(failure));
    return Data.of(fields);
  }

  private static void putUnlessNull(
      Map<String, Object> fields, String name, @Nullable Object value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  /** The cluster's sentences repeat no data; of other failures nobody knows. */
  private static Map<String, String> details(Throwable failure) {
    var details = new LinkedHashMap<String, String>();
    if (failure instanceof FlashQException refusal) {
      details.put("error", refusal.sentence());
      details.put("code", refusal.code().name());
    } else {
      details.put("error", failure.getClass().getSimpleName());
    }
    return details;
  }

  private void write(Data line) {
    try {
      sink.accept(line.json());
    } catch (RuntimeException e) {
      System.getLogger(AuditedFlashQ.class.getName())
          .log(System.Logger.Level.ERROR, "a record of the audit could not be written", e);
    }
  }
}
