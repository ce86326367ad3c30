package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.FakeGateway;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.TransportStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections live and end, whatever they speak. */
class ConnectionTest {
  private static final int MB = 1_000_000;
  private static final int CONNECTIONS = 3;
  private static final int SHORT_MS = 500;

  /** No time limit is reached in the course of a story. */
  private static final TransportLimits PATIENT = limits(60_000, 3_000);

  private final FakeGateway gateway = new FakeGateway();
  private final TransportStats stats = new TransportStats();
  private final List<Port> ports = new ArrayList<>();

  private static TransportLimits limits(long frameMs, long shutdownMs) {
    return TestLimits.LIMITS
        .with(Limit.CONNECTIONS, CONNECTIONS)
        .with(Limit.COMMANDS, 2)
        .with(Limit.FRAME_MS, frameMs)
        .with(Limit.SHUTDOWN_MS, shutdownMs);
  }

  private TransportContext context(TokenCheck tokens, TransportLimits limits) {
    return new TransportContext(
        gateway, tokens, stats, limits, () -> new ClusterHints.Hint("n1", "", "", List.of()));
  }

  /** Opens a port, with or without TLS. */
  Port open(Spoken spoken, ListenerSettings settings, TransportContext context) {
    return spoken.port(settings, context);
  }

  private Port port(Spoken spoken, TransportContext context) {
    return port(spoken, context, ListenerSettings.NEVER);
  }

  private Port port(Spoken spoken, TransportContext context, long idleMs) {
    var settings = new ListenerSettings(spoken.name(), Spoken.anyPort(), 1, idleMs);
    Port port = open(spoken, settings, context);
    ports.add(port);
    return port;
  }

  @AfterEach
  void stop() {
    gateway.letGo();
    ports.forEach(Port::close);
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource
  void closesConnectionsAboveTheLimit(Spoken spoken) throws IOException {
    Port port = port(spoken, context(Tokens.NONE, PATIENT));
    try (RawClient first = port.client(spoken);
        RawClient second = port.client(spoken);
        RawClient third = port.client(spoken)) {
      await().until(() -> port.open() == CONNECTIONS);
      try (RawClient late = port.client(spoken)) {
        assertThat(late.ended()).isTrue();
      }
      assertThat(first.ask(spoken.count())).contains("\"ok\":true");
      assertThat(third.ask(spoken.count())).contains("\"ok\":true");
      second.close();
      await().until(() -> port.open() < CONNECTIONS);
      try (RawClient next = port.client(spoken)) {
        assertThat(next.ask(spoken.count())).contains("\"ok\":true");
      }
    }
    assertThat(stats.connectionsTotal.sum()).isEqualTo(CONNECTIONS + 2);
  }

  @ParameterizedTest
  @EnumSource
  void endsAConnectionThatGuessesTokens(Spoken spoken) throws IOException {
    Tokens tokens = Tokens.of("secret", "ann");
    Port port = port(spoken, context(tokens, PATIENT));
    try (RawClient client = port.client(spoken)) {
      client.send(spoken.wrongToken().repeat(Limits.WRONG_TOKENS + 1));
      for (int i = 0; i < Limits.WRONG_TOKENS; i++) {
        assertThat(client.answer()).containsAnyOf("INVALID_TOKEN", "UNAUTHENTICATED");
      }
      assertThat(client.ended()).isTrue();
    }
    assertThat(stats.authenticationFailures.sum()).isEqualTo(Limits.WRONG_TOKENS);
    assertThat(tokens.refused()).hasSize(Limits.WRONG_TOKENS).containsOnly("127.0.0.1");
  }

  @ParameterizedTest
  @EnumSource
  void answersWhatIsOpenWhenItStops(Spoken spoken) throws Exception {
    Port port = port(spoken, context(Tokens.NONE, PATIENT));
    try (RawClient waiting = port.client(spoken);
        RawClient pushing = port.client(spoken);
        RawClient idle = port.client(spoken)) {
      waiting.send(spoken.pull(20_000));
      await().until(() -> gateway.waitingPulls() == 1);
      gateway.hold();
      pushing.send(spoken.push("x"));
      await().until(() -> gateway.heldBack() == 1 && port.open() == 3);

      Thread closing = Thread.ofVirtual().start(port::close);

      assertThat(waiting.answer()).contains("[]");
      assertThat(waiting.ended()).isTrue();
      assertThat(idle.ended()).isTrue();
      gateway.letGo();
      assertThat(pushing.answer()).contains("\"id\":1");
      assertThat(pushing.ended()).isTrue();
      waiting.close();
      idle.close();
      pushing.close();
      closing.join();
    }
    assertThat(port.open()).isZero();
    assertThat(stats.connectionsOpen.sum()).isZero();
  }

  @Test
  void takesTheRestOfAnHttpRequestWhenItStops() throws Exception {
    Port port = port(Spoken.HTTP, context(Tokens.NONE, PATIENT));
    String push = Spoken.HTTP.push("x".repeat(100));
    int middle = push.length() - 50;
    try (RawClient arriving = port.client(Spoken.HTTP);
        RawClient idle = port.client(Spoken.HTTP)) {
      arriving.send(push.substring(0, middle));
      await().until(() -> stats.requests.sum() == 1 && port.open() == 2);

      Thread closing = Thread.ofVirtual().start(port::close);

      assertThat(idle.ended()).isTrue();
      arriving.send(push.substring(middle));
      assertThat(arriving.answer()).contains("\"id\":1");
      assertThat(arriving.ended()).isTrue();
      arriving.close();
      idle.close();
      closing.join();
    }
  }

  @ParameterizedTest
  @EnumSource
  void answersAClientThatHasEndedItsOutput(Spoken spoken) throws IOException {
    Port port = port(spoken, context(Tokens.NONE, PATIENT));
    gateway.hold();
    try (RawClient client = port.client(spoken)) {
      client.send(spoken.push("x"));
      client.endOutput();
      await().until(() -> gateway.heldBack() == 1);
      gateway.letGo();
      assertThat(client.answer()).contains("\"id\":1");
      assertThat(client.ended()).isTrue();
    }
    await().until(() -> port.open() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void endsTheWaitOfAClientThatHasEndedItsOutput(Spoken spoken) throws IOException {
    Port port = port(spoken, context(Tokens.NONE, PATIENT));
    try (RawClient client = port.client(spoken)) {
      client.send(spoken.pull(20_000));
      await().until(() -> gateway.waitingPulls() == 1);
      client.endOutput();
      assertThat(client.answer()).contains("[]");
      assertThat(client.ended()).isTrue();
    }
  }

  /** As {@code printf ... | nc -N} does. */
  @ParameterizedTest
  @EnumSource
  void answersWhatWasAskedBeforeTheClientEndedItsOutput(Spoken spoken) throws IOException {
    Port port = port(spoken, context(Tokens.NONE, PATIENT));
    try (RawClient client = port.client(spoken)) {
      client.ask(spoken.push("x"));
      gateway.hold();
      client.send(spoken.pull(20_000));
      await().until(() -> gateway.heldBack() == 1);
      client.endOutput();
      gateway.letGo();
      assertThat(client.answer()).contains("\"id\":1");
      assertThat(client.ended()).isTrue();
    }
    assertThat(gateway.commands).noneMatch(Command.ReleaseJobs.class::isInstance);
  }

  /** Whoever sends the id again, here or to another node, gets these jobs. */
  @Test
  void neverGivesBackWhatARequestIdNames() throws IOException {
    Port port = port(Spoken.TCP, context(Tokens.NONE, PATIENT));
    try (RawClient other = port.client(Spoken.TCP)) {
      other.ask(Spoken.TCP.push("x"));
      gateway.hold();
      RawClient client = port.client(Spoken.TCP);
      client.send(
          "{\"cmd\":\"PULL\",\"queue\":\"q\",\"timeout\":0,\"client_id\":\"c\",\"client_seq\":7}\n");
      await().until(() -> gateway.heldBack() == 1);
      client.reset();
      await().until(() -> port.open() == 1);
      gateway.letGo();
      assertThat(other.ask(Spoken.TCP.count())).containsPattern("\"(count|data)\":0");
    }
    assertThat(gateway.commands).noneMatch(Command.ReleaseJobs.class::isInstance);
  }

  @ParameterizedTest
  @EnumSource
  void givesBackJobsThatArriveForAClosedConnection(Spoken spoken) throws IOException {
    TransportContext context = context(Tokens.NONE, PATIENT);
    Port port = port(spoken, context);
    try (RawClient other = port.client(spoken)) {
      other.ask(spoken.push("x"));
      gateway.hold();
      RawClient client = port.client(spoken);
      client.send(spoken.pull(0));
      await().until(() -> gateway.heldBack() == 1);
      client.reset();
      await().until(() -> port.open() == 1);
      gateway.letGo();
      await().until(() -> gateway.commands.getLast() instanceof Command.ReleaseJobs);
      assertThat(other.ask(spoken.count())).containsPattern("\"(count|data)\":1");
    }
    assertThat(context.commands.things()).isZero();
    await().until(() -> context.heldBytes() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void doesNotResetAClientThatStillSends(Spoken spoken) throws IOException {
    Port port = port(spoken, context(Tokens.NONE, PATIENT));
    try (RawClient client = port.client(spoken)) {
      client.send(spoken.beginOfPush(Limits.FRAME_BYTES + MB));
      client.send("x".repeat(MB));
      assertThat(client.answer()).contains("FRAME_TOO_LARGE");
      assertThat(client.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsAConnectionWithoutTraffic(Spoken spoken) throws IOException {
    Port port = port(spoken, context(Tokens.NONE, PATIENT), SHORT_MS);
    gateway.hold();
    try (RawClient busy = port.client(spoken)) {
      busy.send(spoken.push("x"));
      await().until(() -> gateway.heldBack() == 1);
      try (RawClient silent = port.client(spoken)) {
        assertThat(silent.ended()).isTrue();
      }
      gateway.letGo();
      assertThat(busy.answer()).contains("\"id\":1");
      assertThat(busy.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void endsAConnectionWhoseLargeRequestDoesNotArrive(Spoken spoken) throws IOException {
    TransportContext context = context(Tokens.NONE, limits(SHORT_MS, 3_000));
    Port port = port(spoken, context);
    try (RawClient client = port.client(spoken)) {
      assertThat(client.ask(spoken.push("x".repeat(MB)))).contains("\"id\":1");
      client.send(spoken.beginOfPush(MB));
      assertThat(client.ended()).isTrue();
    }
    assertThat(context.assembly.things()).isZero();
    assertThat(gateway.commands).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void closesAClientThatNeitherSendsNorReads(Spoken spoken) throws IOException {
    TransportContext context = context(Tokens.NONE, limits(60_000, SHORT_MS));
    Port port = port(spoken, context, SHORT_MS);
    try (RawClient pushing = port.client(spoken)) {
      pushing.ask(spoken.push("x".repeat(8 * MB)));
    }
    try (RawClient client = port.client(spoken)) {
      client.send(spoken.job(1).repeat(4));
      await().until(() -> context.heldBytes() > MB);
      await().until(() -> port.open() == 0);
    }
    assertThat(context.heldBytes()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void sharesOneBudgetWithAnotherPort(Spoken spoken) throws IOException {
    TransportContext context = context(Tokens.NONE, PATIENT);
    Port port = port(spoken, context);
    Port http = port(Spoken.HTTP, context);
    gateway.hold();
    try (RawClient first = port.client(spoken);
        RawClient second = port.client(spoken);
        RawClient late = http.client(Spoken.HTTP);
        RawClient last = port.client(spoken)) {
      first.send(spoken.push("x"));
      second.send(spoken.push("y"));
      await().until(() -> context.commands.things() == 2);
      late.send(Spoken.HTTP.push("z"));
      late.endOutput();
      await().until(() -> context.commands.isAwaited());
      last.send(spoken.push("z"));
      last.endOutput();
      assertThat(gateway.heldBack()).isEqualTo(2);
      gateway.letGo();
      assertThat(first.answer()).contains("\"ok\":true");
      assertThat(second.answer()).contains("\"ok\":true");
      assertThat(late.answer()).contains("200", "\"ok\":true");
      assertThat(last.answer()).contains("\"ok\":true");
    }
    assertThat(context.commands.things()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void workersMayBeSilentOnTcpOnly(Spoken spoken) {
    long idleMs = spoken.settings(Spoken.anyPort()).idleMs();
    assertThat(idleMs)
        .isEqualTo(spoken == Spoken.TCP ? ListenerSettings.NEVER : Limits.HTTP_IDLE_MS);
  }
}
