package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a job over both encodings. */
class TcpServerTest {
  private final TcpFixture fixture = new TcpFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void servesAJobsLifeInJson() throws IOException {
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'PUSH','queue':'q','data':{'a':[1,2.5,null]},'reqId':'1'}"))
          .isEqualTo("{\"reqId\":\"1\",\"ok\":true,\"id\":1,\"success\":true}");
      assertThat(client.ask("{'cmd':'PULL','queue':'q','timeout':0,'reqId':'2'}"))
          .startsWith(
              "{\"reqId\":\"2\",\"ok\":true,\"job\":{\"id\":1,\"queue\":\"q\",\"data\":{\"a\":[1,2.5,null]},");
      assertThat(client.ask("{'cmd':'ACK','id':1,'result':'fine','reqId':'3'}"))
          .isEqualTo("{\"reqId\":\"3\",\"ok\":true,\"success\":true}");
      assertThat(client.ask("{'cmd':'GETRESULT','id':1,'reqId':'4'}"))
          .isEqualTo("{\"reqId\":\"4\",\"ok\":true,\"id\":1,\"result\":\"fine\",\"success\":true}");
      assertThat(client.ask("{'cmd':'ACK','id':1,'reqId':'5'}"))
          .isEqualTo(
              "{\"reqId\":\"5\",\"ok\":false,\"error\":\"Job 1 not found\",\"success\":false,\"code\":\"JOB_NOT_FOUND\"}");
    }
  }

  @Test
  void servesAJobsLifeInMessagePack() throws IOException {
    try (BinaryClient client = fixture.binary()) {
      assertThat(client.ask("{'cmd':'PUSH','queue':'q','data':{'a':[1,2.5,null]},'reqId':'1'}"))
          .isEqualTo("{\"reqId\":\"1\",\"ok\":true,\"id\":1,\"success\":true}");
      assertThat(client.ask("{'cmd':'PULL','queue':'q','timeout':0,'reqId':'2'}"))
          .startsWith(
              "{\"reqId\":\"2\",\"ok\":true,\"job\":{\"id\":1,\"queue\":\"q\",\"data\":{\"a\":[1,2.5,null]},");
      assertThat(client.ask("{'cmd':'FAIL','id':1,'error':'no','reqId':'3'}"))
          .isEqualTo("{\"reqId\":\"3\",\"ok\":true,\"success\":true}");
      assertThat(client.ask("{'cmd':'STATS','reqId':'4'}"))
          .startsWith(
              "{\"reqId\":\"4\",\"ok\":true,\"queued\":1,\"processing\":0,\"delayed\":0,\"dlq\":0,\"completed\":0,");
    }
  }
}
