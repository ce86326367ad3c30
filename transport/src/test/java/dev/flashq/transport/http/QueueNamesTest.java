package dev.flashq.transport.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In a path a name is decoded once, and then it means itself, or it is none. */
class QueueNamesTest {
  private final HttpFixture fixture = new HttpFixture();

  @AfterEach
  void stop() {
    fixture.close();
  }

  private static String encoded(String name) {
    var encoded = new StringBuilder();
    for (byte each : name.getBytes(UTF_8)) {
      encoded.append(String.format(Locale.ROOT, "%%%02x", each));
    }
    return encoded.toString();
  }

  /** As it is written, without anybody's idea of what a good path is. */
  private String answer(String method, String path) throws IOException {
    String body = "{\"data\":1,\"jobs\":[{\"data\":1}]}";
    String request =
        method
            + " "
            + path
            + " HTTP/1.1\r\nConnection: close\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port)) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  @ParameterizedTest
  @FieldSource("dev.flashq.transport.QueueNames#HOSTILE")
  void noPathTakesWhatIsNoName(String name) throws IOException {
    String path = "/queues/" + encoded(name);
    for (String request :
        List.of(
            "POST " + path + "/jobs",
            "POST " + path + "/jobs/batch",
            "GET " + path + "/jobs?timeout=0",
            "GET " + path + "/count",
            "GET " + path + "/counts",
            "GET /jobs?queue=" + encoded(name),
            "GET /security/access?op=push&queue=" + encoded(name))) {
      int space = request.indexOf(' ');
      assertThat(answer(request.substring(0, space), request.substring(space + 1)))
          .as(request)
          .startsWith("HTTP/1.1 400")
          .contains("INVALID_QUEUE_NAME");
    }
    assertThat(fixture.gateway.commands).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("dev.flashq.transport.QueueNames#ODD")
  void aNameMeansItself(String name) throws IOException {
    assertThat(answer("POST", "/queues/" + encoded(name) + "/jobs")).startsWith("HTTP/1.1 200");
    assertThat(fixture.gateway.commands)
        .singleElement()
        .isInstanceOfSatisfying(
            Command.PushJobs.class, push -> assertThat(push.queue().value()).isEqualTo(name));
  }

  /** Encoded twice, in the wrong way, or as more parts of the path than there are. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/queues/mail%252Fpay/jobs",
        "/queues/mail/pay/jobs",
        "/queues/mail/../pay/jobs",
        "/queues/mail%2F..%2Fpay/jobs",
        "/queues/mail%c0%afpay/jobs",
        "/queues/mail%c0%80/jobs",
        "/queues/mail%ed%a0%80/jobs",
        "/queues/mail%zz/jobs",
        "/queues/mail%/jobs",
        "/queues/mail+pay/jobs",
        "/queues/mail;pay/jobs",
        "/queues//jobs",
        "/queues%2Fmail/jobs",
        "/queues/mail/jobs%00",
        "/queues/mail/jobs/",
        "//queues/mail/jobs",
        "/QUEUES/mail/jobs",
      })
  void noOtherPathIsTakenForAQueue(String path) throws IOException {
    assertThat(answer("POST", path)).matches("(?s)HTTP/1.1 (400|404|405) .*");
    assertThat(fixture.gateway.commands).isEmpty();
  }
}
