package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQException;
import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SchemaCheckTest {
  @Test
  void saysWhereDataBreaksASchema() throws IOException {
    SchemaCheck check = SchemaCheck.of(Path.of("../docs/schemas/payment.json"));
    String id = "550e8400-e29b-41d4-a716-446655440000";
    Data right =
        Data.json(
            "{\"orderId\":\"%s\",\"customerId\":\"%s\",\"amount\":5,\"currency\":\"EUR\"}"
                .formatted(id, id));
    assertThat(check.checked("payments", right)).isSameAs(right);
    assertThatThrownBy(() -> check.checked("payments", Data.json("{\"orderId\":\"secret\"}")))
        .isInstanceOfSatisfying(
            FlashQException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR);
              assertThat(e.sentence())
                  .startsWith("Invalid job data for queue payments: /")
                  .doesNotContain("secret");
            });
  }

  @Test
  void refusesWhatIsNoSchema() {
    assertThatThrownBy(() -> SchemaCheck.of("{\"pattern\":\"(?=a)\"}"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
