package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.statemachine.Command;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
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
      TestLimits.LIMITS
          .with(Limit.CONNECTIONS, 20)
          .with(Limit.COMMANDS_PER_CONNECTION, PER_CONNECTION)
          .with(Limit.REQUEST_BYTES_PER_CONNECTION, 4L * MB)
          .with(Limit.COMMANDS, COMMANDS)
          .with(Limit.REQUEST_BYTES, 8L * MB)
          .with(Limit.LARGE_REQUEST_BYTES, 8L * MB)
          .with(Limit.WAITS, 30)
          .with(Limit.UNREAD_BYTES_PER_CONNECTION, 3L * MB)
          .with(Limit.UNREAD_BYTES, 6L * MB)
          .with(Limit.ASSEMBLY_BYTES, 20L * 1024 * 1024)
          .with(Limit.LARGE_ANSWER_BYTES, 3L * MB)
          .with(Limit.SHUTDOWN_MS, 3_000);

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
      assertThat(fixture.context.largeCommands.bytes()).isBetween(4L * MB, 5L * MB);
      fixture.gateway.letGo();
      assertThat(greedy.answers(20)).hasSize(20);
    }
  }

  @Test
  void letsSmallRequestsPassThoseThatAreLarge() throws IOException {
    fixture.gateway.hold();
    try (TextClient greedy = fixture.text();
        TextClient second = fixture.text();
        TextClient third = fixture.text();
        TextClient other = fixture.text()) {
      String large = "{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(3 * MB) + "'}";
      sendLater(greedy, large, 2);
      sendLater(second, large, 2);
      sendLater(third, large, 2);
      await().until(() -> fixture.context.largeCommands.isAwaited());
      int before = fixture.gateway.heldBack();
      sendLater(other, "{'cmd':'PUSH','queue':'q','data':{}}", 1);
      await().until(() -> fixture.gateway.heldBack() == before + 1);
      fixture.gateway.letGo();
      assertThat(other.answers(1)).hasSize(1);
      assertThat(greedy.answers(2)).hasSize(2);
    }
  }

  @Test
  void doesNotPileUpAnswersForAClientThatDoesNotRead() throws IOException {
    try (TextClient slow = fixture.text();
        TextClient other = fixture.text()) {
      other.ask("{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(MB) + "'}");
      long begun = fixture.stats.requests.sum();
      sendLater(slow, "{'cmd':'GETJOB','id':1,'reqId':1}", 400);
      await().until(() -> fixture.stats.requests.sum() > begun + 10 && settled());
      assertThat(fixture.context.heldBytes()).isLessThan(4L * MB);
      assertThat(fixture.stats.requests.sum()).isLessThan(400);
      assertThat(other.ask("{'cmd':'PING'}")).contains("pong");
      int refused = 0;
      for (String answer : slow.answers(400)) {
        refused += answer.contains("LIMIT_EXCEEDED") ? 1 : 0;
      }
      assertThat(refused).isLessThan(400);
      await().until(() -> fixture.context.heldBytes() == 0);
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
      await().until(() -> fixture.context.largeAnswers.bytes() > 0 && settled());
      assertThat(fixture.context.largeAnswers.bytes()).isLessThan(3L * MB);
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
  void handsEveryLargeJobToAPromptReader() throws IOException {
    try (TextClient client = fixture.text()) {
      for (int i = 0; i < 20; i++) {
        client.ask("{'cmd':'PUSH','queue':'q" + i + "','data':'" + "x".repeat(2 * MB) + "'}");
      }
      for (int i = 0; i < 20; i++) {
        client.send("{'cmd':'PULLB','queue':'q" + i + "','count':1000,'timeout':0}");
      }
      for (int i = 0; i < 20; i++) {
        assertThat(client.answer()).hasSizeGreaterThan(2 * MB).contains("\"queue\":\"q" + i + "\"");
      }
      await().until(() -> fixture.context.largeAnswers.bytes() == 0);
      assertThat(fixture.stats.jobsReturned.sum()).isZero();
    }
  }

  @Test
  void writesAnAnswerAboveTheRoomForAllWhenNobodyElseHasAny() throws IOException {
    try (BinaryClient binary = fixture.binary();
        TextClient client = fixture.text()) {
      binary.ask("{'cmd':'PUSH','queue':'q','data':[" + "false,".repeat(MB) + "false]}");
      client.send("{'cmd':'GETJOB','id':1,'reqId':1}");
      client.send("{'cmd':'GETJOB','id':1,'reqId':2}");
      assertThat(client.answer()).startsWith("{\"reqId\":1,\"ok\":true").hasSizeGreaterThan(6 * MB);
      assertThat(client.answer()).startsWith("{\"reqId\":2,\"ok\":true").hasSizeGreaterThan(6 * MB);
      await().until(() -> fixture.context.largeAnswers.bytes() == 0);
    }
  }

  @Test
  void leavesRoomForOthersWhenAClientIsGoneInTheMiddleOfALargeAnswer() throws IOException {
    try (TextClient other = fixture.text()) {
      other.ask("{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(9 * MB) + "'}");
      TextClient slow = fixture.text();
      slow.send("{'cmd':'PULL','queue':'q','timeout':0}");
      slow.send("{'cmd':'GETJOB','id':1}");
      await().until(() -> fixture.context.largeAnswers.bytes() > 9 * MB);
      slow.close();
      await().until(() -> fixture.context.largeAnswers.bytes() == 0);
      await().until(() -> fixture.stats.jobsReturned.sum() == 1);
      assertThat(other.ask("{'cmd':'GETJOB','id':1}")).hasSizeGreaterThan(9 * MB);
      await().until(() -> fixture.context.heldBytes() == 0);
    }
  }

  @Test
  void leavesRoomForOthersWhenAClientIsGoneBeforeItsLargeDataIsRead() throws IOException {
    try (TextClient other = fixture.text()) {
      other.ask("{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(9 * MB) + "'}");
      fixture.gateway.holdPayloads();
      TextClient gone = fixture.text();
      gone.send("{'cmd':'GETJOB','id':1}");
      await().until(() -> fixture.gateway.heldBack() == 1);
      gone.socket().setSoLinger(true, 0);
      gone.close();
      await().until(() -> fixture.stats.connectionsOpen.sum() == 1);
      fixture.gateway.letGo();
      assertThat(other.ask("{'cmd':'GETJOB','id':1}")).hasSizeGreaterThan(9 * MB);
      await().until(() -> fixture.context.heldBytes() == 0);
    }
  }

  @Test
  void closesAConnectionWhoseClientTakesNothingForLong() throws IOException {
    TransportLimits limits = SMALL.with(Limit.SILENT_MS, 300);
    try (TcpFixture impatient = new TcpFixture(Tokens.NONE, limits);
        TextClient slow = impatient.text()) {
      slow.ask("{'cmd':'PUSH','queue':'q','data':'" + "x".repeat(9 * MB) + "'}");
      slow.send("{'cmd':'PULL','queue':'q','timeout':0}");
      await().until(() -> impatient.stats.connectionsOpen.sum() == 0);
      await().until(() -> impatient.stats.jobsReturned.sum() == 1);
      assertThat(impatient.context.largeAnswers.bytes()).isZero();
    }
  }

  @Test
  void answersAConnectionWithManyWaitsAtOnce() throws IOException {
    int waits = 4 * PER_CONNECTION;
    TransportLimits limits =
        SMALL.with(Limit.WAITS, 10_000).with(Limit.WAITS_PER_CONNECTION, waits);
    try (TcpFixture many = new TcpFixture(Tokens.NONE, limits)) {
      TextClient client = many.text();
      for (int i = 0; i < waits; i++) {
        client.send("{'cmd':'PULL','queue':'q'" + (i % 2 == 0 ? "}" : ",'reqId':1}"));
      }
      assertThat(client.ask("{'cmd':'PING','reqId':2}")).contains("pong");
      assertThat(client.ask("{'cmd':'PULL','queue':'q','reqId':3}"))
          .startsWith("{\"reqId\":3,")
          .contains("LIMIT_EXCEEDED");
      assertThat(client.ask("{'cmd':'PUSH','queue':'r','data':1,'reqId':4}"))
          .contains("\"ok\":true");
      assertThat(many.gateway.waitingPulls()).isEqualTo(waits);
      client.close();
      await().until(() -> many.gateway.waitingPulls() == 0);
      await().until(() -> many.context.waits.things() == 0);
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
