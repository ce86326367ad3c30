package dev.flashq.content;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The schemas in docs/ have the limits of flashQ's security guide. */
class GuideSchemasTest {
  private static final String ID = "550e8400-e29b-41d4-a716-446655440000";

  private static @Nullable String check(String schema, String data) {
    try {
      Path file = Path.of("../docs/schemas", schema + ".json");
      Violation violation = JsonSchema.parse(Files.readAllBytes(file)).check(data.getBytes(UTF_8));
      return violation == null ? null : violation.text();
    } catch (IOException | InvalidSchemaException e) {
      throw new AssertionError(e);
    }
  }

  private static @Nullable String email(String to, int subject, int body, String more) {
    return check(
        "email",
        "{\"to\":\"%s\",\"subject\":\"%s\",\"body\":\"%s\"%s}"
            .formatted(to, "s".repeat(subject), "b".repeat(body), more));
  }

  private static String attachments(int count, String filename, String type, long size) {
    String one =
        "{\"filename\":\"%s\",\"contentType\":\"%s\",\"size\":%d},".formatted(filename, type, size);
    String all = one.repeat(count);
    return ",\"attachments\":[" + (count == 0 ? "" : all.substring(0, all.length() - 1)) + "]";
  }

  @Test
  void anEmail() {
    assertThat(email("ada@example.com", 998, 1_048_576, "")).isNull();
    assertThat(
            email(
                "ada@example.com",
                1,
                1,
                attachments(10, "a-B_1.pdf", "application/pdf", 10_485_760)))
        .isNull();
    assertThat(email("ada", 1, 1, "")).isEqualTo("/to must be an email");
    assertThat(email("a@" + "example.".repeat(40) + "com", 1, 1, "")).startsWith("/to must");
    assertThat(email("ada@example.com", 999, 1, ""))
        .isEqualTo("/subject must have at most 998 characters");
    assertThat(email("ada@example.com", 1, 1_048_577, ""))
        .isEqualTo("/body must have at most 1048576 characters");
    assertThat(email("ada@example.com", 1, 1, attachments(11, "a", "b", 1)))
        .isEqualTo("/attachments must have at most 10 items");
    assertThat(email("ada@example.com", 1, 1, attachments(1, "../a", "b", 1)))
        .isEqualTo("/attachments/0/filename must match ^[a-zA-Z0-9._-]+$");
    assertThat(email("ada@example.com", 1, 1, attachments(1, "a".repeat(256), "b", 1)))
        .isEqualTo("/attachments/0/filename must have at most 255 characters");
    assertThat(email("ada@example.com", 1, 1, attachments(1, "a", "b".repeat(101), 1)))
        .isEqualTo("/attachments/0/contentType must have at most 100 characters");
    assertThat(email("ada@example.com", 1, 1, attachments(1, "a", "b", 10_485_761)))
        .isEqualTo("/attachments/0/size must be at most 10485760");
    assertThat(email("ada@example.com", 1, 1, ",\"bcc\":\"x\""))
        .isEqualTo("has a property that is not allowed");
    assertThat(check("email", "{\"to\":\"ada@example.com\",\"subject\":\"s\"}"))
        .isEqualTo("/body is required");
  }

  private static @Nullable String payment(String order, String amount, String currency) {
    return check(
        "payment",
        "{\"orderId\":\"%s\",\"amount\":%s,\"currency\":\"%s\",\"customerId\":\"%s\"}"
            .formatted(order, amount, currency, ID));
  }

  @Test
  void aPayment() {
    assertThat(payment(ID, "999999.99", "EUR")).isNull();
    assertThat(payment(ID, "0.01", "USD")).isNull();
    assertThat(payment("1", "1", "EUR")).isEqualTo("/orderId must be a UUID");
    assertThat(payment(ID, "0", "EUR")).isEqualTo("/amount must be greater than 0");
    assertThat(payment(ID, "1000000", "EUR")).isEqualTo("/amount must be at most 999999.99");
    assertThat(payment(ID, "1e999", "EUR")).contains("number beyond");
    assertThat(payment(ID, "\"1\"", "EUR")).isEqualTo("/amount must be a number");
    assertThat(payment(ID, "1", "YEN")).isEqualTo("/currency must be one of USD, EUR, GBP");
  }

  private static @Nullable String image(String url, int operations, String format) {
    String all = "\"crop\",".repeat(operations);
    return check(
        "image",
        "{\"imageUrl\":\"%s\",\"operations\":[%s],\"outputFormat\":\"%s\"}"
            .formatted(url, all.isEmpty() ? "" : all.substring(0, all.length() - 1), format));
  }

  @Test
  void anImage() {
    assertThat(image("https://example.com/a.png", 10, "webp")).isNull();
    assertThat(image("http://example.com/a.png", 1, "png"))
        .isEqualTo("/imageUrl must match ^https://");
    assertThat(image("https://exa mple.com", 1, "png")).isEqualTo("/imageUrl must be a URI");
    assertThat(image("https://example.com/a.png", 11, "png"))
        .isEqualTo("/operations must have at most 10 items");
    assertThat(image("https://example.com/a.png", 1, "gif"))
        .isEqualTo("/outputFormat must be one of jpeg, png, webp");
  }
}
