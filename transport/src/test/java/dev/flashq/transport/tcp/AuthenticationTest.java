package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.protocol.Limits;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import java.io.IOException;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
  private static final TransportLimits IMPATIENT =
      TestLimits.LIMITS.with(Limit.AUTHENTICATION_MS, 200);

  private static final int FLOOD = 100;

  private final TcpFixture fixture = new TcpFixture(Tokens.of("secret", "ann"), TestLimits.LIMITS);

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void weakness9NothingButPingIsServedBeforeTheToken() throws IOException {
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'PING','reqId':1}")).contains("pong");
      assertThat(client.ask("{'cmd':'STATS','reqId':2}"))
          .isEqualTo(
              "{\"reqId\":2,\"ok\":false,\"error\":\"Authentication required\",\"success\":false,"
                  + "\"code\":\"UNAUTHENTICATED\"}");
      assertThat(client.ask("{'cmd':'PULLB','queue':'q','count':0}")).contains("UNAUTHENTICATED");
      assertThat(client.ask("{'cmd':'PUSH','queue':5}")).contains("UNAUTHENTICATED");
      assertThat(client.ask("{'cmd':'AUTH','token':'wrong','reqId':3}"))
          .isEqualTo(
              "{\"reqId\":3,\"ok\":false,\"error\":\"Invalid token\",\"success\":false,\"code\":\"INVALID_TOKEN\"}");
      assertThat(client.ask("{'cmd':'AUTH'}")).contains("missing field token");
      assertThat(client.ask("{'cmd':'AUTH','token':'secret','reqId':4}"))
          .isEqualTo("{\"reqId\":4,\"ok\":true,\"success\":true}");
      assertThat(client.ask("{'cmd':'PUSH','queue':'q','data':1}")).contains("\"id\":1");
      assertThat(client.ask("{'cmd':'AUTH','token':'wrong'}")).contains("INVALID_TOKEN");
      assertThat(client.ask("{'cmd':'COUNT','queue':'q'}")).contains("\"count\":1");
    }
    assertThat(fixture.gateway.principals).extracting("name").containsOnly("ann");
    assertThat(fixture.stats.authenticationFailures.sum()).isEqualTo(5);
  }

  @Test
  void endsAConnectionThatGuesses() throws IOException {
    try (TextClient client = fixture.text()) {
      for (int i = 0; i < Limits.WRONG_TOKENS; i++) {
        assertThat(client.ask("{'cmd':'AUTH','token':'guess" + i + "'}")).contains("INVALID_TOKEN");
      }
      client.send("{'cmd':'AUTH','token':'secret'}");
      assertThat(client.answerOrEnd()).isNull();
    }
  }

  @Test
  void aFloodOfWrongTokensHoldsNobodyUp() throws IOException {
    try (TextClient good = fixture.text()) {
      good.ask("{'cmd':'AUTH','token':'secret'}");
      var flood = new ArrayList<TextClient>();
      for (int i = 0; i < FLOOD; i++) {
        TextClient client = fixture.text();
        flood.add(client);
        for (int j = 0; j < Limits.WRONG_TOKENS; j++) {
          client.send("{'cmd':'AUTH','token':'guess" + i + "-" + j + "'}");
        }
        assertThat(good.ask("{'cmd':'PUSH','queue':'q','data':1}")).contains("\"ok\":true");
      }
      for (TextClient client : flood) {
        assertThat(client.answers(Limits.WRONG_TOKENS))
            .allSatisfy(answer -> assertThat(answer).contains("INVALID_TOKEN"));
        assertThat(client.answerOrEnd()).isNull();
        client.close();
      }
      assertThat(fixture.stats.authenticationFailures.sum())
          .isEqualTo((long) FLOOD * Limits.WRONG_TOKENS);
      await().until(() -> fixture.server.connections() == 1);
    }
  }

  @Test
  void refusesLargeMessagesBeforeTheToken() throws IOException {
    String large = "x".repeat(Limits.UNAUTHENTICATED_FRAME_BYTES);
    try (TextClient client = fixture.text()) {
      client.raw(("{\"cmd\":\"PUSH\",\"data\":\"" + large).getBytes(UTF_8));
      assertThat(client.answer()).contains("FRAME_TOO_LARGE");
      assertThat(client.answerOrEnd()).isNull();
    }
    try (BinaryClient client = fixture.binary()) {
      client.raw(new byte[] {0, 0, 0x10, 1});
      assertThat(client.answer()).contains("FRAME_TOO_LARGE");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void acceptsLargeMessagesRightBehindTheToken() throws IOException {
    String large = "x".repeat(Limits.UNAUTHENTICATED_FRAME_BYTES * 10);
    try (TextClient client = fixture.text()) {
      String both =
          "{'cmd':'AUTH','token':'secret'}\n{'cmd':'PUSH','queue':'q','data':'" + large + "'}\n";
      client.raw(both.replace('\'', '"').getBytes(UTF_8));
      assertThat(client.answers(2))
          .allSatisfy(answer -> assertThat(answer).contains("\"ok\":true"));
    }
  }

  @Test
  void endsAConnectionThatDoesNotAuthenticate() throws IOException {
    try (TcpFixture impatient = new TcpFixture(Tokens.of("secret", "ann"), IMPATIENT);
        TextClient silent = impatient.text();
        TextClient client = impatient.text()) {
      client.ask("{'cmd':'AUTH','token':'secret'}");
      assertThat(silent.answerOrEnd()).isNull();
      assertThat(client.ask("{'cmd':'PING'}")).contains("pong");
    }
  }
}
