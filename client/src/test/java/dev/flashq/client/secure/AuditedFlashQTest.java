package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.Data;
import dev.flashq.client.FakeNode;
import dev.flashq.client.FlashQ;
import dev.flashq.client.PushOptions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class AuditedFlashQTest {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private AuditedFlashQ audited(FlashQ client) {
    return new AuditedFlashQ(
        client, "ada", "10.0.0.1", lines::add, () -> Instant.parse("2030-01-31T12:00:00Z"));
  }

  @Test
  void writesALineForAPush() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      node.script(_ -> "\"ok\":true,\"id\":7");

      assertThat(audited(client).push("mail", Data.of("the-payload")).join()).isEqualTo(7);

      assertThat(lines)
          .containsExactly(
              "{\"timestamp\":\"2030-01-31T12:00:00.000Z\",\"action\":\"push\",\"queue\":\"mail\","
                  + "\"jobId\":\"7\",\"userId\":\"ada\",\"ip\":\"10.0.0.1\",\"success\":true}");
    }
  }

  @Test
  void writesALineForARefusalWithoutThePayload() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      node.script(_ -> "\"ok\":false,\"error\":\"not\\nallowed\",\"code\":\"FORBIDDEN\"");

      assertThatThrownBy(() -> audited(client).push("mail", Data.of("the-payload")).join())
          .hasMessageContaining("FORBIDDEN");

      assertThat(lines)
          .containsExactly(
              "{\"timestamp\":\"2030-01-31T12:00:00.000Z\",\"action\":\"push\",\"queue\":\"mail\","
                  + "\"userId\":\"ada\",\"ip\":\"10.0.0.1\",\"success\":false,"
                  + "\"details\":{\"error\":\"not\\nallowed\",\"code\":\"FORBIDDEN\"}}");
    }
  }

  @Test
  void writesALineWhenNobodyAnswers() {
    try (FlashQ client = FlashQ.at("127.0.0.1:1").timeout(Duration.ofMillis(200)).connect()) {
      var anonymous = new AuditedFlashQ(client, null, null, lines::add);
      assertThatThrownBy(
              () -> anonymous.push("mail", Data.NULL, PushOptions.DEFAULTS.withPriority(1)).join())
          .hasMessageContaining("SERVICE_UNAVAILABLE");
      assertThat(lines)
          .singleElement()
          .asString()
          .contains("\"success\":false", "SERVICE_UNAVAILABLE")
          .doesNotContain("userId", "ip\"", "jobId");
    }
  }

  @Test
  void aSinkThatFailsDoesNotUndoAPush() throws IOException {
    try (FakeNode node = new FakeNode();
        FlashQ client = FlashQ.at(node.address()).connect()) {
      node.script(_ -> "\"ok\":true,\"id\":7");
      var audited =
          new AuditedFlashQ(
              client,
              "ada",
              null,
              line -> {
                lines.add(line);
                throw new IllegalStateException("the disk is full");
              });
      assertThat(audited.push("mail", Data.NULL).join()).isEqualTo(7);
      assertThat(lines).hasSize(1);
    }
  }
}
