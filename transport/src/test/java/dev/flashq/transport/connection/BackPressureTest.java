package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.statemachine.Command;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.FakeGateway;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.TransportStats;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What an HTTP client does not read stays bounded, and nobody else pays for it; for TCP see
 * FlowTest.
 */
class BackPressureTest {
  private static final Spoken HTTP = Spoken.HTTP;
  private static final int MB = 1_000_000;
  private static final int PATIENCE_MS = 600;
  private static final String LAST = "GET /jobs/1 HTTP/1.1\r\nConnection: close\r\n\r\n";

  private final FakeGateway gateway = new FakeGateway();
  private final TransportStats stats = new TransportStats();
  private final TransportContext context =
      new TransportContext(
          gateway,
          Tokens.NONE,
          stats,
          limits(),
          () -> new ClusterHints.Hint("", "", "", List.of()));
  private final Port port = open(HTTP.settings(Spoken.anyPort()), context);

  /** Opens a port, with or without TLS; called before anything else is set. */
  Port open(ListenerSettings settings, TransportContext shared) {
    return HTTP.port(settings, shared);
  }

  /** For answers of a megabyte each, of which no more than a few fit into buffers. */
  int requests() {
    return 200;
  }

  private static TransportLimits limits() {
    return TestLimits.LIMITS.with(Limit.SHUTDOWN_MS, PATIENCE_MS);
  }

  @AfterEach
  void stop() {
    port.close();
    gateway.close();
  }

  private void push(int jobs, int bytes) throws IOException {
    try (RawClient client = port.client(HTTP)) {
      for (int i = 0; i < jobs; i++) {
        client.ask(HTTP.push("x".repeat(bytes)));
      }
    }
  }

  private long lastCount;

  /** Whether the server is stuck with answers that nobody reads. */
  private boolean stuck() {
    long count = stats.requests.sum();
    boolean same = count == lastCount;
    lastCount = count;
    return same && context.heldBytes() > MB;
  }

  @Test
  void beginsNoRequestsOfAClientThatDoesNotReadItsAnswers() throws IOException {
    push(1, MB);
    try (RawClient slow = port.client(HTTP);
        RawClient other = port.client(HTTP)) {
      slow.send(HTTP.job(1).repeat(requests()));
      await().until(this::stuck);
      assertThat(context.heldBytes()).isLessThan(6L * MB);
      assertThat(stats.requests.sum()).isLessThan(requests() / 2);
      assertThat(context.commands.things()).isZero();
      assertThat(other.ask(HTTP.count())).contains("\"data\":1");

      for (int i = 0; i < requests(); i++) {
        assertThat(slow.answer()).startsWith("HTTP/1.1 200 OK").hasSizeGreaterThan(MB);
      }

      await().until(() -> context.heldBytes() == 0);
      assertThat(slow.ask(HTTP.count())).contains("\"data\":1");
    }
  }

  @Test
  void pullsNoJobsForAClientThatDoesNotReadItsAnswers() throws IOException {
    push(40, MB);
    try (RawClient slow = port.client(HTTP);
        RawClient other = port.client(HTTP)) {
      slow.send(HTTP.pull(0).repeat(40));
      await().until(this::stuck);
      assertThat(pulls()).isLessThan(40);
      slow.reset();
      // What the kernel has taken for the client counts as delivered; everything else comes back.
      await().until(() -> stats.jobsReturned.sum() > 0);
      await()
          .untilAsserted(
              () -> assertThat(other.ask(HTTP.count())).containsPattern("\"data\":[23]\\d"));
    }
  }

  private long pulls() {
    return gateway.commands.stream().filter(c -> c instanceof Command.PullJobs).count();
  }

  @Test
  void worksOffWhatWasSentAheadWhenTheClientReads() throws IOException {
    push(1, MB);
    try (RawClient slow = port.client(HTTP)) {
      slow.send((HTTP.count() + HTTP.job(1)).repeat(20));
      await().until(this::stuck);
      slow.send(LAST);
      for (int i = 0; i < 20; i++) {
        assertThat(slow.answer()).contains("200 OK", "\"data\":1");
        assertThat(slow.answer()).contains("200 OK", "\"id\":1");
      }
      assertThat(slow.answer()).contains("200 OK", "\"id\":1");
      assertThat(slow.ended()).isTrue();
    }
  }

  @Test
  void doesNotCutOffAClientThatReadsItsLastAnswersSlowly() throws IOException {
    push(1, 10 * MB);
    try (RawClient slow = port.client(HTTP)) {
      slow.send(HTTP.job(1) + HTTP.job(1) + LAST);
      await().until(this::stuck);
      slow.answer();
      slow.answer();
      Duration third = Duration.ofMillis(PATIENCE_MS / 3);
      await().pollInterval(third).until(() -> slow.read(MB) < MB);
      assertThat(slow.ended()).isTrue();
    }
    await().until(() -> context.heldBytes() == 0);
  }

  @Test
  void closesAClientThatDoesNotReadItsLastAnswers() throws IOException {
    push(1, 10 * MB);
    try (RawClient slow = port.client(HTTP)) {
      slow.send(HTTP.job(1) + HTTP.job(1) + LAST);
      await().until(this::stuck);
      slow.answer();
      slow.answer();
      await().until(() -> port.open() == 0);
    }
    assertThat(context.heldBytes()).isZero();
  }
}
