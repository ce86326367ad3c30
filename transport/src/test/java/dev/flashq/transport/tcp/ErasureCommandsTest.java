package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobState;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ErasureCommandsTest {
  private final TcpFixture fixture = new TcpFixture(Tokens.of("secret", "ann"), TestLimits.LIMITS);

  @AfterEach
  void stop() {
    fixture.close();
  }

  private String asked(String request) throws IOException {
    try (TextClient client = fixture.text()) {
      client.ask("{'cmd':'AUTH','token':'secret'}");
      return client.ask(request);
    }
  }

  private static ByteString json(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void anErasureBegins() throws IOException {
    assertThat(
            asked(
                "{'cmd':'ERASE','field':'userId','equals':'u1',"
                    + "'set':{'email':'[REDACTED]','personalData':null},'delete':['/name'],"
                    + "'queues':['mail*','pay'],'states':['completed','failed'],'dry_run':true}"))
        .isEqualTo("{\"ok\":true,\"id\":7,\"success\":true}");
    assertThat(asked("{'cmd':'ERASE','field':'a','equals':null,'delete':['b']}"))
        .contains("\"id\":7");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.BeginErasure(
                new Erasure.Request(
                    "userId",
                    json("\"u1\""),
                    List.of(
                        new Erasure.Edit("email", json("\"[REDACTED]\"")),
                        new Erasure.Edit("personalData", json("null")),
                        new Erasure.Edit("/name", null)),
                    List.of("mail*", "pay"),
                    List.of(JobState.COMPLETED, JobState.FAILED),
                    true)),
            new Command.BeginErasure(
                new Erasure.Request(
                    "a",
                    json("null"),
                    List.of(new Erasure.Edit("b", null)),
                    List.of("*"),
                    List.of(),
                    false)));
  }

  @Test
  void itIsShownWithoutWhatItLooksFor() throws IOException {
    String shown =
        "\"id\":7,\"state\":\"done\",\"user\":\"ann\",\"field\":\"userId\",\"fields\":[\"email\"],"
            + "\"queues\":[\"mail*\"],\"states\":[\"completed\"],\"dry_run\":false,"
            + "\"began\":1700000000000,\"ended\":1700000000005,\"progress\":1.0,"
            + "\"looked\":6,\"matched\":5,\"changed\":4,\"active\":3,\"unreadable\":2,\"missed\":1";
    assertThat(asked("{'cmd':'ERASESTATUS','id':7}"))
        .isEqualTo("{\"ok\":true," + shown + ",\"success\":true}");
    assertThat(asked("{'cmd':'ERASESTATUS'}"))
        .isEqualTo("{\"ok\":true,\"erasures\":[{" + shown + "}],\"success\":true}");
    assertThat(asked("{'cmd':'ERASESTATUS','id':6}")).contains("ERASURE_NOT_FOUND");
    assertThat(asked("{'cmd':'ERASESTATUS','id':8}")).contains("ERASURE_NOT_FOUND");
    assertThat(asked("{'cmd':'ERASECANCEL','id':7}")).isEqualTo("{\"ok\":true,\"success\":true}");
    assertThat(asked("{'cmd':'ERASECANCEL','id':8}")).contains("ERASURE_NOT_FOUND");
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    for (String wrong :
        List.of(
            "'field':'a','equals':1",
            "'equals':1,'delete':['b']",
            "'field':'a','delete':['b']",
            "'field':'a..b','equals':1,'delete':['b']",
            "'field':'a','equals':{},'delete':['b']",
            "'field':'a','equals':[1],'delete':['b']",
            "'field':'a','equals':1,'delete':['']",
            "'field':'a','equals':1,'delete':'b'",
            "'field':'a','equals':1,'set':[1]",
            "'field':'a','equals':1,'set':{'':1}",
            "'field':'a','equals':1,'delete':['b'],'queues':[]",
            "'field':'a','equals':1,'delete':['b'],'queues':['a b']",
            "'field':'a','equals':1,'delete':['b'],'states':['gone']",
            "'field':'a','equals':'" + "x".repeat(16_384) + "','delete':['b']")) {
      assertThat(asked("{'cmd':'ERASE'," + wrong + "}")).as(wrong).contains("INVALID_REQUEST");
    }
    assertThat(
            asked(
                "{'cmd':'ERASE','field':'a','equals':1,'set':{'b':'" + "x".repeat(16_384) + "'}}"))
        .contains("DATA_TOO_LARGE");
    assertThat(fixture.gateway.access).isEmpty();
  }
}
