package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Command;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EncryptionCommandsTest {
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

  @Test
  void queuesAreEncryptedUnderKeysThatTheGatewayMakes() throws IOException {
    assertThat(asked("{'cmd':'ENCRYPTIONSET','queue':'pay*'}")).contains("\"ok\":true");
    asked("{'cmd':'ENCRYPTIONDESTROY','queue':'pay*'}");
    asked("{'cmd':'ENCRYPTIONDELETE','queue':'pay*'}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SealQueues("pay*", null, false),
            new Command.SealQueues("pay*", null, true),
            new Command.UnsealQueues("pay*"));
    assertThat(asked("{'cmd':'ENCRYPTIONSET'}")).contains("missing field queue");
  }

  @Test
  void aSubjectIsDestroyed() throws IOException {
    assertThat(asked("{'cmd':'SUBJECTDESTROY','subject':'user-4711'}"))
        .isEqualTo("{\"ok\":true,\"count\":1,\"success\":true}");
    assertThat(fixture.gateway.access)
        .containsExactly(new Command.DestroySubject("user-4711", ByteString.EMPTY));
    assertThat(asked("{'cmd':'SUBJECTDESTROY'}")).contains("missing field subject");
  }

  @Test
  void whatIsEncryptedIsShownWithoutAnyKey() throws IOException {
    assertThat(asked("{'cmd':'ENCRYPTIONLIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"encryption\":[{\"queue\":\"pay*\",\"key\":5,\"since\":1000,\"keys\":1}],"
                + "\"ring\":3,\"ring_changing\":true,\"subjects\":7,\"destroyed\":2,"
                + "\"reseal\":{\"state\":\"running\",\"began\":10,\"ended\":0,\"progress\":0.5,"
                + "\"looked\":50,\"changed\":40,\"unreadable\":1,\"missed\":0},\"success\":true}");
  }
}
