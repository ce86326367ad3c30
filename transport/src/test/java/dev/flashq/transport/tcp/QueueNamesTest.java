package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command;
import dev.flashq.transport.QueueNames;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In both encodings a name means itself, or it is none. */
class QueueNamesTest {
  private static final List<String> REQUESTS =
      List.of(
          "{'cmd':'PUSH','queue':NAME,'data':1}",
          "{'cmd':'PUSHB','queue':NAME,'jobs':[{'data':1}]}",
          "{'cmd':'PULL','queue':NAME,'timeout':0}",
          "{'cmd':'PULLB','queue':NAME,'count':2,'timeout':0}",
          "{'cmd':'PAUSE','queue':NAME}",
          "{'cmd':'RATELIMIT','queue':NAME,'limit':1}",
          "{'cmd':'SETCONCURRENCY','queue':NAME,'limit':1}",
          "{'cmd':'DRAIN','queue':NAME}",
          "{'cmd':'CLEAN','queue':NAME,'grace':0,'state':'completed'}",
          "{'cmd':'OBLITERATE','queue':NAME}",
          "{'cmd':'RETRYDLQ','queue':NAME}",
          "{'cmd':'DLQ','queue':NAME}",
          "{'cmd':'COUNT','queue':NAME}",
          "{'cmd':'GETJOBS','queue':NAME}",
          "{'cmd':'ACCESSCHECK','op':'push','queue':NAME}");

  private final TcpFixture fixture = new TcpFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @FieldSource("dev.flashq.transport.QueueNames#HOSTILE")
  void noCommandTakesWhatIsNoName(String name) throws IOException {
    try (TextClient text = fixture.text();
        BinaryClient binary = fixture.binary()) {
      for (String request : REQUESTS) {
        if (name.contains("*") && request.contains("CLEAN")) {
          continue; // A pattern, and no name: CleanQueuesTest.
        }
        String asked = request.replace("NAME", QueueNames.json(name));
        assertThat(text.ask(asked)).as(asked).contains("INVALID_QUEUE_NAME");
        assertThat(binary.ask(asked)).as(asked).contains("INVALID_QUEUE_NAME");
      }
    }
    assertThat(fixture.gateway.commands).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("dev.flashq.transport.QueueNames#ODD")
  void aNameMeansItself(String name) throws IOException {
    String push = "{'cmd':'PUSH','queue':" + QueueNames.json(name) + ",'data':1}";
    try (TextClient text = fixture.text();
        BinaryClient binary = fixture.binary()) {
      assertThat(text.ask(push)).contains("\"ok\":true");
      assertThat(binary.ask(push)).contains("\"ok\":true");
    }
    assertThat(fixture.gateway.commands)
        .hasSize(2)
        .allMatch(
            command ->
                command instanceof Command.PushJobs pushed && pushed.queue().value().equals(name));
  }

  /** A slash in two bytes, a NUL in two bytes, the beginning of a character, half of a pair. */
  @ParameterizedTest
  @ValueSource(strings = {"a\u00c0\u00afb", "a\u00c0\u0080", "a\u00e9", "a\u00ed\u00a0\u0080"})
  void bytesThatAreNoTextAreNoName(String latin) throws IOException {
    String request = "{\"cmd\":\"PUSH\",\"queue\":\"" + latin + "\",\"data\":1}\n";
    try (TextClient text = fixture.text()) {
      text.raw(request.getBytes(ISO_8859_1));
      assertThat(text.answer()).contains("\"ok\":false");
    }
    byte[] name = latin.getBytes(ISO_8859_1);
    byte[] body = BinaryClient.pack("{'cmd':'PUSH','queue':'" + "~".repeat(name.length) + "'}");
    System.arraycopy(name, 0, body, body.length - name.length, name.length);
    try (BinaryClient binary = fixture.binary()) {
      binary.frame(body);
      assertThat(binary.answer()).contains("\"ok\":false");
    }
    assertThat(fixture.gateway.commands).isEmpty();
  }

  @Test
  void ofTwoNamesTheLastOneCountsForAll() throws IOException {
    try (TextClient text = fixture.text()) {
      assertThat(text.ask("{'cmd':'PUSH','queue':'mail','data':1,'queue':'pay'}"))
          .contains("\"ok\":true");
    }
    assertThat(fixture.gateway.commands)
        .singleElement()
        .isInstanceOfSatisfying(
            Command.PushJobs.class, push -> assertThat(push.queue().value()).isEqualTo("pay"));
  }
}
