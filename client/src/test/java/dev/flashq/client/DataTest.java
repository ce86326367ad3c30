package dev.flashq.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.protocol.wire.WireException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DataTest {
  @Test
  void readsAsJavasValues() {
    Data data =
        Data.json(
            "{\"a\":[1,-2,2.5,1.0,9223372036854775807,18446744073709551615,true,null,\"ä\"],\"b\":{}}");

    assertThat(data.value())
        .isEqualTo(
            Map.of(
                "a",
                Arrays.asList(1L, -2L, 2.5, 1.0, Long.MAX_VALUE, 0x1p64, true, null, "ä"),
                "b",
                Map.of()));
    assertThat(Data.of(data.value()).json())
        .startsWith("{\"a\":[1,-2,2.5,1.0,9223372036854775807,");
    assertThat(Data.NULL.value()).isNull();
  }

  @Test
  void readsWhatOnlyMessagePackHasAsJsonHasIt() {
    byte[] binaryUnderANumber = {(byte) 0x81, 7, (byte) 0xc4, 1, 0x41};
    assertThat(Data.messagePack(binaryUnderANumber).value()).isEqualTo(Map.of("7", "QQ=="));
  }

  @Test
  void takesAnObjectApart() {
    Data data = Data.json("{\"a\":{\"x\":1},\"b\":null,\"a\":2}");

    assertThat(data.fields().keySet()).containsExactly("a", "b");
    assertThat(Data.ofFields(data.fields()).json()).isEqualTo("{\"a\":2,\"b\":null}");
    assertThat(Data.of(List.of(data, 1)).json()).startsWith("[{\"a\":{\"x\":1}");
    assertThatThrownBy(() -> Data.of("text").fields()).isInstanceOf(WireException.class);
    assertThatThrownBy(() -> Data.messagePack(new byte[] {(byte) 0x81}).fields())
        .isInstanceOf(WireException.class);
  }
}
