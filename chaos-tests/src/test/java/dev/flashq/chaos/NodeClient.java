package dev.flashq.chaos;

import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A client that stays with one node whatever happens to it: pushes a job, takes some, acknowledges
 * them, and repeats under its request's name what was not answered.
 */
final class NodeClient implements AutoCloseable {
  private static final long PAUSE_NANOS = 20_000_000;
  private static final long PATIENCE_MS = 30_000;

  /** From this status on the node has not decided. */
  private static final int TRY_AGAIN = 429;

  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");
  private static final Pattern LEASED = Pattern.compile("\"id\":(\\d+).*?\"lease\":(\\d+)");

  private final ContainerNode node;
  private final String queue;
  private final History history;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final Thread thread;
  private volatile boolean stopped;
  private long sequence;

  NodeClient(ContainerNode node, String queue, History history) {
    this.node = node;
    this.queue = queue;
    this.history = history;
    this.thread = Thread.ofPlatform().name("client-of-" + node).start(this::work);
  }

  private void work() {
    while (!stopped && !Thread.currentThread().isInterrupted()) {
      push();
      String jobs =
          send("PULLB", "\"queue\":\"" + queue + "\",\"count\":5,\"timeout\":0").orElse("");
      LEASED.matcher(jobs).results().forEach(this::ack);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void push() {
    send("PUSH", "\"queue\":\"" + queue + "\",\"data\":\"x\",\"stall_timeout\":5000")
        .flatMap(answer -> ID.matcher(answer).results().findFirst())
        .ifPresentOrElse(id -> history.pushed(Long.parseLong(id.group(1))), history::pushUnknown);
  }

  private void ack(MatchResult job) {
    String id = job.group(1);
    send("ACK", "\"id\":" + id + ",\"lease\":" + job.group(2))
        .filter(answer -> answer.contains("\"ok\":true"))
        .ifPresent(_ -> history.acked(Long.parseLong(id)));
  }

  /** The answer, which may be a refusal; empty when there is none for a while after the end. */
  private Optional<String> send(String name, String fields) {
    sequence++;
    String command =
        "{\"cmd\":\"%s\",%s,\"client_id\":\"at-%s\",\"client_seq\":%d,\"client_settled\":%d}"
            .formatted(name, fields, node, sequence, sequence);
    while (!Thread.currentThread().isInterrupted()) {
      Optional<HttpResponse<String>> answer =
          node.command(http, command, ContainerCluster.TOKEN)
              .filter(response -> response.statusCode() < TRY_AGAIN);
      if (answer.isPresent()) {
        return answer.map(HttpResponse::body);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return Optional.empty();
  }

  /** Returns when everything has its answer, or none comes. */
  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(PATIENCE_MS);
      thread.interrupt();
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
