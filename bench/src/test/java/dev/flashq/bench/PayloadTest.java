package dev.flashq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.client.Data;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
  @ParameterizedTest
  @ValueSource(ints = {34, 256, 1000, 100_000})
  void hasTheSizeAndTheTime(int bytes) {
    var payload = new Payload(bytes);
    long before = System.nanoTime();
    Data data = payload.now();
    assertThat(data.json()).hasSize(bytes);
    assertThat(payload.pushedAt(data).orElseThrow()).isBetween(before, System.nanoTime());
  }

  @Test
  void knowsDataThatIsNotItsOwn() {
    var payload = new Payload(256);
    String json = payload.now().json();
    assertThat(payload.pushedAt(Data.json(json.replace("xx", "xy")))).isEmpty();
    assertThat(payload.pushedAt(Data.json(json.replace("\"t\"", "\"u\"")))).isEmpty();
    assertThat(payload.pushedAt(Data.json("{}"))).isEmpty();
  }
}
