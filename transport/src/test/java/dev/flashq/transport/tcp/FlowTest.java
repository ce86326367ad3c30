package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.statemachine.Command;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is bounded stays bounded, and nobody pays for what others do. */
class FlowTest {
  private static final int MB = 1_000_000;
  private static final int PER_CONNECTION = 50;
  private static final int COMMANDS = 120;

  private static final TransportLimits SMALL =
      new TransportLimits(
          20,
          PER_CONNECTION,
          4L * MB,
          COMMANDS,
          8L * MB,
          30,
          3L * MB,
          6L * MB,
          20L * 1024 * 1024,
          30_000,
          60_000,
          3_000);

  private final TcpFixture fixture = new TcpFixture(Tokens.NONE, SMALL);

  @AfterEach
  void stop() {
    fixture.gateway.letGo();
    fixture.close();
  }

  private static void sendLater(TextClient client, String line, int times) {
    byte[] bytes = (line.replace('\'', '"') + "\n").repeat(times).getBytes(UTF_8);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                client.raw(bytes);
              } catch (IOException e) {
                // The test has ended.
              }
            });
  }

  @Test
  void keepsAFloodInTheSocket() throws IOException {
    fixture.gateway.hold();
    List<TextClient> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      TextClient client = fixture.text();
      clients.add(client);
      sendLater(client, "{'cmd':'PUSH','queue':'q','data':{},'reqId':1}", 5_000);
    }
    await().until(() -> fixture.gateway.heldBack() == COMMANDS);
    assertThat(fixture.context.commands.things()).isEqualTo(COMMANDS);
    fixture.gateway.letGo();
    for (TextClient client : clients) {
      assertThat(client.answers(5_000)).hasSize(5_000);
      client.close();
    }
    assertThat(fixture.gateway.commands).hasSize(20_000);
    await().until(() -> fixture.context.commands.things() == 0);
  }

  @Test
  void boundsTheRequestsOfOneConnection() throws IOException {
    fixture.gateway.hold();
    try (TextClient greedy = fixture.text();
        TextClient other = fixture.text()) {
      sendLater(greedy, "{'cmd':'PUSH','queue':'q','data':{}}", 1_000);
      await().until(() -> fixture.gateway.heldBack() == PER_CONNECTION);
      assertThat(other.ask("{'cmd':'PING'}")).contains("pong");
      assertThat(fixture.gateway.heldBack()).isEqualTo(PER_CONNECTION);
      fixture.gateway.letGo();
      assertThat(greedy.answers(1_000)).hasSize(1_000);
    }
  }

  @Test
  void boundsTheBytesOfRequests() throws IOException {
    fixture.gateway.hold();
    try (TextClient greedy = fixture.text()) {
      sendLater(greedy, "{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(MB) + "'}", 20);
      await().until(() -> fixture.gateway.heldBack() == 4);
      assertThat(fixture.context.commands.bytes()).isLessThan(5L * MB);
      fixture.gateway.letGo();
      assertThat(greedy.answers(20)).hasSize(20);
    }
  }

  @Test
  void doesNotPileUpAnswersForAClientThatDoesNotRead() throws IOException {
    try (TextClient slow = fixture.text();
        TextClient other = fixture.text()) {
      other.ask("{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(MB) + "'}");
      sendLater(slow, "{'cmd':'GETJOB','id':1,'reqId':1}", 400);
      long begun = fixture.stats.requests.sum();
      await().until(() -> fixture.stats.requests.sum() > begun + 10 && settled());
      assertThat(fixture.context.unreadBytes.get()).isLessThan(4L * MB);
      assertThat(fixture.stats.requests.sum()).isLessThan(400);
      assertThat(other.ask("{'cmd':'PING'}")).contains("pong");
      int refused = 0;
      for (String answer : slow.answers(400)) {
        refused += answer.contains("LIMIT_EXCEEDED") ? 1 : 0;
      }
      assertThat(refused).isLessThan(400);
      await().until(() -> fixture.context.unreadBytes.get() == 0);
      assertThat(slow.ask("{'cmd':'PING'}")).contains("pong");
    }
  }

  private long lastCount;

  /** Whether no request has been begun since the last look. */
  private boolean settled() {
    long count = fixture.stats.requests.sum();
    boolean same = count == lastCount;
    lastCount = count;
    return same;
  }

  @Test
  void givesBackJobsThatASlowClientDoesNotTake() throws IOException {
    try (TextClient slow = fixture.text();
        TextClient other = fixture.text()) {
      for (int i = 0; i < 40; i++) {
        other.ask("{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(MB) + "'}");
      }
      sendLater(slow, "{'cmd':'PULL','queue':'q','timeout':0,'reqId':1}", 40);
      await().until(() -> fixture.stats.jobsReturned.sum() > 0);
      slow.close();
      // What the kernel has taken for the client counts as delivered; everything else comes back.
      await()
          .untilAsserted(
              () ->
                  assertThat(other.ask("{'cmd':'COUNT','queue':'q','reqId':1}"))
                      .containsPattern("\"count\":[23]\\d"));
    }
  }

  @Test
  void limitsTheWaitsOfAll() throws IOException {
    try (TextClient client = fixture.text()) {
      for (int i = 0; i < 31; i++) {
        client.send("{'cmd':'PULL','queue':'q','reqId':" + i + "}");
      }
      assertThat(client.answer())
          .startsWith("{\"reqId\":30,\"ok\":false")
          .contains("LIMIT_EXCEEDED");
      assertThat(client.ask("{'cmd':'PING'}")).contains("pong");
    }
    await().until(() -> fixture.context.waits.things() == 0);
  }

  @Test
  void endsTheWaitsOfAClientThatGoes() throws IOException {
    try (TextClient client = fixture.text();
        TextClient other = fixture.text()) {
      client.send("{'cmd':'PULL','queue':'q'}");
      client.send("{'cmd':'PULLB','queue':'q','count':5,'reqId':1}");
      await().until(() -> fixture.gateway.waitingPulls() == 2);
      client.close();
      await().until(() -> fixture.gateway.waitingPulls() == 0);
      other.ask("{'cmd':'PUSH','queue':'q','data':1}");
      assertThat(other.ask("{'cmd':'COUNT','queue':'q'}")).contains("\"count\":1");
    }
  }

  @Test
  void givesBackJobsThatArriveForAClosedConnection() throws IOException {
    try (TextClient other = fixture.text()) {
      other.ask("{'cmd':'PUSH','queue':'q','data':1}");
      fixture.gateway.hold();
      TextClient client = fixture.text();
      client.send("{'cmd':'PULL','queue':'q','timeout':0}");
      await().until(() -> fixture.gateway.heldBack() == 1);
      client.socket().setSoLinger(true, 0);
      client.close();
      await().until(() -> fixture.stats.connectionsOpen.sum() == 1);
      fixture.gateway.letGo();
      await().until(() -> fixture.gateway.commands.getLast() instanceof Command.ReleaseJobs);
      assertThat(other.ask("{'cmd':'COUNT','queue':'q'}")).contains("\"count\":1");
      assertThat(fixture.context.commands.things()).isZero();
    }
  }

  @Test
  void letsLargeMessagesWaitForEachOther() throws IOException {
    byte[] head =
        ("{\"cmd\":\"PUSH\",\"queue\":\"q\",\"data\":\"" + "x".repeat(100_000)).getBytes(UTF_8);
    byte[] tail = "\"}\n".getBytes(UTF_8);
    try (TextClient first = fixture.text();
        TextClient second = fixture.text();
        TextClient small = fixture.text()) {
      first.raw(head);
      await().until(() -> fixture.context.assembly.things() == 1);
      second.raw(head);
      second.raw(tail);
      assertThat(small.ask("{'cmd':'PING'}")).contains("pong");
      assertThat(fixture.context.assembly.things()).isEqualTo(1);
      first.raw(tail);
      assertThat(first.answer()).contains("\"ok\":true");
      assertThat(second.answer()).contains("\"ok\":true");
      assertThat(fixture.context.assembly.bytes()).isZero();
    }
  }

  @Test
  void closesConnectionsAboveTheLimit() throws IOException {
    List<TextClient> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      TextClient client = fixture.text();
      client.ask("{'cmd':'PING'}");
      clients.add(client);
    }
    try (TextClient late = fixture.text()) {
      assertThat(late.answerOrEnd()).isNull();
    }
    assertThat(clients.getFirst().ask("{'cmd':'PING'}")).contains("pong");
    clients.removeFirst().close();
    await().until(() -> fixture.server.connections() < 20);
    try (TextClient next = fixture.text()) {
      assertThat(next.ask("{'cmd':'PING'}")).contains("pong");
    }
    for (TextClient client : clients) {
      client.close();
    }
  }

  @Test
  void answersWhatIsOpenWhenItStops() throws Exception {
    try (TextClient client = fixture.text();
        TextClient idle = fixture.text()) {
      client.send("{'cmd':'PULL','queue':'q','reqId':'pull'}");
      await().until(() -> fixture.gateway.waitingPulls() == 1);
      fixture.gateway.hold();
      client.send("{'cmd':'PUSH','queue':'r','data':1,'reqId':'push'}");
      await().until(() -> fixture.gateway.heldBack() == 1);
      Thread closing = Thread.ofVirtual().start(fixture.server::close);
      assertThat(client.answer())
          .isEqualTo("{\"reqId\":\"pull\",\"ok\":true,\"job\":null,\"success\":true}");
      assertThat(client.ask("{'cmd':'COUNT','queue':'r','reqId':'late'}"))
          .contains("late", "SERVICE_UNAVAILABLE");
      fixture.gateway.letGo();
      assertThat(client.answer()).startsWith("{\"reqId\":\"push\",\"ok\":true,\"id\":1");
      assertThat(client.answerOrEnd()).isNull();
      assertThat(idle.answerOrEnd()).isNull();
      client.close();
      idle.close();
      closing.join();
    }
  }
}
