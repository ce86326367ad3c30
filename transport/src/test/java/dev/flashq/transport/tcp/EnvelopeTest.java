package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Correlation, order, and what happens to requests that cannot be understood. */
class EnvelopeTest {
  private final TcpFixture fixture = new TcpFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void weakness13EveryErrorCarriesTheCorrelationId() throws IOException {
    String[] wrong = {
      "{'cmd':'PUSH','queue':'q','data':1,'priority':'high','reqId':'r'}",
      "{'priority':{'a':[1,'}']},'data':1,'queue':'q','reqId':'r','cmd':'PUSH'}",
      "{'reqId':'r','tags':['a',5],'queue':'q','data':1,'cmd':'PUSH'}",
      "{'queue':7,'reqId':'r','data':1,'cmd':'PUSH'}",
      "{'queue':'q','reqId':'r','cmd':'NOSUCH'}",
      "{'reqId':'r','cmd':5}",
      "{'id':-1,'reqId':'r','cmd':'ACK'}",
      "{'id':'12x','reqId':'r','cmd':'ACK'}",
      "{'id':1e300,'reqId':'r','cmd':'ACK'}",
      "{'ids':{'a':1},'cmd':'ACKB','reqId':'r'}",
      "{'jobs':[1],'cmd':'PUSHB','reqId':'r'}",
      "{'data':" + "[".repeat(200) + "]".repeat(200) + ",'cmd':'PUSH','queue':'q','reqId':'r'}",
    };
    try (TextClient text = fixture.text();
        BinaryClient binary = fixture.binary()) {
      for (String request : wrong) {
        assertThat(text.ask(request)).startsWith("{\"reqId\":\"r\",\"ok\":false,\"error\":\"");
        if (!request.contains("[[[[")) {
          assertThat(binary.ask(request)).startsWith("{\"reqId\":\"r\",\"ok\":false,\"error\":\"");
        }
      }
      assertThat(text.ask("{'reqId':'r','cmd':'PUSH','queue':'q','data':tru,'x':1}"))
          .startsWith("{\"reqId\":\"r\",\"ok\":false,\"error\":\"Invalid: ");
    }
  }

  @Test
  void ignoresWrongFieldsThatTheCommandDoesNotHave() throws IOException {
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'PING','count':'many','limit':[],'unknown':{'a':[]}}"))
          .contains("\"pong\":true");
    }
  }

  @Test
  void echoesTheCorrelationIdAsItCame() throws IOException {
    try (TextClient text = fixture.text();
        BinaryClient binary = fixture.binary()) {
      for (String id :
          new String[] {"17", "-1.50", "'é\\u0041\\n'", "''", "'" + "x".repeat(256) + "'"}) {
        assertThat(text.ask("{'reqId':" + id + ",'cmd':'PING'}"))
            .startsWith("{\"reqId\":" + id.replace('\'', '"') + ",\"ok\":true");
      }
      assertThat(text.ask("{'reqId':null,'cmd':'PING'}")).startsWith("{\"ok\":true");
      assertThat(text.ask("{'reqId':'" + "x".repeat(300) + "','cmd':'PING'}"))
          .startsWith("{\"ok\":false,\"error\":\"reqId has at most");
      assertThat(binary.ask("{'reqId':17,'cmd':'PING'}")).startsWith("{\"reqId\":17,\"ok\":true");
    }
  }

  @Test
  void takesTheLastOfTwoFieldsOfTheSameName() throws IOException {
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'STATS','reqId':'1','cmd':'PING','reqId':'2'}"))
          .isEqualTo("{\"reqId\":\"2\",\"ok\":true,\"pong\":true,\"success\":true}");
    }
  }

  @Test
  void answersEmptyAndBrokenLines() throws IOException {
    try (TextClient client = fixture.text()) {
      client.raw("\r\n\n{\"cmd\":\"PING\"}\r\n[1]\nnull\n{\"cmd\":\"PING\"\n".getBytes(UTF_8));
      List<String> answers = client.answers(6);
      assertThat(answers.get(0)).startsWith("{\"ok\":false,\"error\":\"Invalid: ");
      assertThat(answers.get(1)).startsWith("{\"ok\":false,\"error\":\"Invalid: ");
      assertThat(answers.get(2)).contains("pong");
      assertThat(answers.subList(3, 6))
          .allSatisfy(answer -> assertThat(answer).contains("INVALID_REQUEST"));
    }
  }

  @Test
  void answersTheLastLineWithoutEnd() throws IOException {
    try (TextClient client = fixture.text()) {
      client.raw("{\"cmd\":\"PING\"}\n{\"cmd\":\"PING\"}".getBytes(UTF_8));
      client.endOutput();
      assertThat(client.answers(2)).allSatisfy(answer -> assertThat(answer).contains("pong"));
      assertThat(client.answerOrEnd()).isNull();
    }
  }

  @Test
  void answersEmptyAndBrokenFrames() throws IOException {
    try (BinaryClient client = fixture.binary()) {
      client.frame(new byte[0]);
      assertThat(client.answer()).contains("MessagePack deserialize error: ");
      client.frame(new byte[] {(byte) 0xc1});
      assertThat(client.answer()).contains("MessagePack deserialize error: ");
      client.frame(new byte[] {(byte) 0xdf, -1, -1, -1, -1});
      assertThat(client.answer()).contains("INVALID_REQUEST");
      assertThat(client.ask("{'cmd':'PING','reqId':1}")).contains("pong");
    }
  }

  @Test
  void speaksGosDialectToClientsWithoutCorrelationId() throws IOException {
    try (BinaryClient binary = fixture.binary();
        TextClient text = fixture.text()) {
      assertThat(binary.ask("{'cmd':'PUSH','queue':'q','data':{'n':1}}"))
          .isEqualTo("{\"ok\":true,\"id\":1.0,\"success\":true}");
      assertThat(binary.ask("{'cmd':'COUNT','queue':'q'}")).contains("\"count\":1.0");
      assertThat(binary.ask("{'cmd':'PULL','queue':'q'}"))
          .contains("\"id\":1.0", "\"data\":{\"n\":1}");
      assertThat(binary.ask("{'cmd':'LISTQUEUES'}")).contains("\"queues\":[\"q\"]");
      assertThat(binary.ask("{'cmd':'GETPROGRESS','id':1}"))
          .contains("\"progress\":0.0,\"message\":null");
      assertThat(binary.ask("{'cmd':'GETPROGRESS','id':1,'reqId':'1'}"))
          .contains("\"progress\":{\"id\":1,");
      assertThat(text.ask("{'cmd':'GETPROGRESS','id':1}"))
          .contains("\"progress\":0,\"message\":null");
      assertThat(text.ask("{'cmd':'LISTQUEUES'}")).contains("\"queues\":[\"q\"]");
    }
  }

  @Test
  void passesDataFromOneEncodingToTheOther() throws IOException {
    try (BinaryClient binary = fixture.binary();
        TextClient text = fixture.text()) {
      text.ask("{'cmd':'PUSH','queue':'q','data':{'a':[1,2.5,'x\\n',null,true,123456789012]}}");
      assertThat(binary.ask("{'cmd':'PULL','queue':'q','reqId':1}"))
          .contains("\"data\":{\"a\":[1,2.5,\"x\\n\",null,true,123456789012]}");
      byte[] push = BinaryClient.pack("{'cmd':'PUSH','queue':'r','data':7}");
      byte[] withDate = new byte[push.length + 5];
      System.arraycopy(push, 0, withDate, 0, push.length - 1);
      byte[] date = {(byte) 0xd6, -1, 0, 0, 0, 1};
      System.arraycopy(date, 0, withDate, push.length - 1, date.length);
      binary.frame(withDate);
      binary.answer();
      assertThat(text.ask("{'cmd':'PULL','queue':'r'}"))
          .contains("\"data\":\"1970-01-01T00:00:01.000Z\"");
    }
  }

  @Test
  void answersTenThousandPipelinedRequestsOnce() throws IOException, InterruptedException {
    int count = 10_000;
    try (TextClient client = fixture.text()) {
      Thread sender = Thread.ofVirtual().start(() -> pipeline(client, count));
      boolean[] seen = new boolean[count];
      for (int i = 0; i < count; i++) {
        String answer = client.answer();
        int id = Integer.parseInt(answer.substring(9, answer.indexOf(',')));
        assertThat(seen[id]).isFalse();
        seen[id] = true;
      }
      sender.join();
      assertThat(client.ask("{'cmd':'COUNT','queue':'q'}")).contains("\"count\":" + count / 2);
    }
  }

  private static void pipeline(TextClient client, int count) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String cmd = i % 2 == 0 ? "'cmd':'PUSH','queue':'q','data':{}" : "'cmd':'PING'";
      lines.append("{'reqId':").append(i).append(',').append(cmd).append("}\n");
    }
    send(client, lines.toString());
  }

  private static void send(TextClient client, String lines) {
    try {
      client.raw(lines.replace('\'', '"').getBytes(UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void keepsTheOrderOfRequestsWithoutCorrelationId() throws IOException {
    try (TextClient client = fixture.text()) {
      StringBuilder lines = new StringBuilder();
      for (int i = 1; i <= 2_000; i++) {
        lines.append(
            i % 3 == 0
                ? "{'cmd':'GETSTATE','id':" + i + "}\n"
                : i % 3 == 1 ? "{'cmd':'PING'}\n" : "{}\n");
      }
      Thread.ofVirtual().start(() -> send(client, lines.toString()));
      for (int i = 1; i <= 2_000; i++) {
        String answer = client.answer();
        assertThat(answer)
            .contains(i % 3 == 0 ? "\"id\":" + i + "," : i % 3 == 1 ? "pong" : "missing field cmd");
      }
    }
  }

  @Test
  void doesNotHoldUpOthersBehindAWaitingPull() throws IOException {
    try (TextClient client = fixture.text()) {
      client.send("{'cmd':'PULL','queue':'q','reqId':'pull'}");
      assertThat(client.ask("{'cmd':'PING','reqId':'ping'}")).contains("\"ping\"");
      client.send("{'cmd':'PUSH','queue':'q','data':1,'reqId':'push'}");
      List<String> both = client.answers(2);
      assertThat(both).anySatisfy(answer -> assertThat(answer).startsWith("{\"reqId\":\"push\""));
      assertThat(both)
          .anySatisfy(
              answer -> assertThat(answer).startsWith("{\"reqId\":\"pull\",\"ok\":true,\"job\":{"));
    }
  }

  @Test
  void survivesGarbage() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<byte[]> rubbish = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      byte[] bytes = new byte[random.nextInt(3_000) + 1];
      random.nextBytes(bytes);
      rubbish.add(bytes);
    }
    rubbish.add("{".repeat(100_000).getBytes(UTF_8));
    rubbish.add(("{\"data\":" + "[".repeat(100_000) + "\n").getBytes(UTF_8));
    rubbish.add(("{\"queue\":\"\u00ff\u00fe\"}\n").getBytes(ISO_8859_1));
    rubbish.add(new byte[] {0, 0, 0, 5, (byte) 0x81});
    rubbish.add(new byte[] {0, (byte) 0xff, 0, 0, 1, 2, 3});
    rubbish.add(new byte[] {0});
    rubbish.add(new byte[] {'{'});
    rubbish.add("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
    rubbish.add("\r\n\r\n\0\r\nQUIT\n".getBytes(UTF_8));
    for (byte[] bytes : rubbish) {
      try (TextClient client = fixture.text()) {
        client.raw(bytes);
      }
    }
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'PING'}")).as("seed %d", seed).contains("pong");
    }
    assertThat(fixture.stats.errors(ErrorCode.INTERNAL_ERROR).sum()).as("seed %d", seed).isZero();
  }

  @Test
  void saysWhenAMessageIsTooLargeAndEnds() throws IOException {
    try (TextClient client = fixture.text();
        BinaryClient binary = fixture.binary()) {
      Thread.ofVirtual()
          .start(() -> send(client, "{'cmd':'" + "x".repeat(Limits.FRAME_BYTES + 10)));
      assertThat(client.answer()).contains("\"error\":\"Message too large\"", "FRAME_TOO_LARGE");
      assertThat(client.answerOrEnd()).isNull();
      binary.raw(new byte[] {1, 0, 0, 1, 0});
      assertThat(binary.answer()).contains("Message too large");
      assertThat(binary.ended()).isTrue();
    }
  }

  @Test
  void acceptsTheLargestData() throws IOException {
    String data = "x".repeat(Limits.DATA_BYTES - 2);
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'PUSH','queue':'q','data':'" + data + "','reqId':1}"))
          .contains("\"id\":1");
      assertThat(client.ask("{'cmd':'PULL','queue':'q','reqId':1}")).contains(data);
      assertThat(client.ask("{'cmd':'PUSH','queue':'q','data':'" + data + "x','reqId':2}"))
          .startsWith("{\"reqId\":2,\"ok\":false,\"error\":\"Job data too large")
          .contains("DATA_TOO_LARGE");
    }
    try (BinaryClient client = fixture.binary()) {
      assertThat(
              client.ask("{'cmd':'PUSH','queue':'q','data':'" + data.substring(9) + "','reqId':1}"))
          .contains("\"id\":2");
    }
  }
}
