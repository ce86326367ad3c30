package dev.flashq.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranscodeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "c0 | null",
        "c3 | true",
        "cf8000000000000000 | 9223372036854775808",
        "cfffffffffffffffff | 18446744073709551615",
        "cb3ff8000000000000 | 1.5",
        "cb4014000000000000 | 5.0",
        "ca3f800000 | 1.0",
        "cb7ff8000000000000 | null",
        "cbfff0000000000000 | null",
        "c403010203 | \"AQID\"",
        "d6ff00000000 | \"1970-01-01T00:00:00.000Z\"",
        "d7ff00000000665c0c30 | \"2024-06-02T06:07:44.000Z\"",
        "c70cff00000001ffffffffffffffff | \"1969-12-31T23:59:59.000000001Z\"",
        "c70cff3b9aca000000000000000000 | \"O5rKAAAAAAAAAAAA\"",
        "c70cff000000007fffffffffffffff | \"AAAAAH//////////\"",
        "d405aa | \"qg==\"",
        "82c2010502 | {\"false\":1,\"5\":2}",
        "81c40161c0 | {\"YQ==\":null}",
        "93a1220aa15c | [\"\\\"\",10,\"\\\\\"]"
      })
  void writesMessagePackAsJson(String hex, String json) {
    assertThat(Samples.toJson(HexFormat.of().parseHex(hex))).isEqualTo(json);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 00",
        "-0 | cb8000000000000000",
        "127 | 7f",
        "128 | cc80",
        "-32 | e0",
        "-33 | d0df",
        "65536 | ce00010000",
        "9223372036854775808 | cf8000000000000000",
        "18446744073709551615 | cfffffffffffffffff",
        "18446744073709551616 | cb43f0000000000000",
        "-9223372036854775809 | cbc3e0000000000000",
        "1.0 | cb3ff0000000000000",
        "1e2 | cb4059000000000000",
        "\"\" | a0",
        "\"\\u00e9\" | a2c3a9",
        "\"\\ud800\" | a3efbfbd",
        "[] | dd00000000",
        "{\"a\":[true]} | df00000001a161dd00000001c3"
      })
  void writesJsonAsMessagePack(String json, String hex) {
    assertThat(HexFormat.of().formatHex(Samples.toMessagePack(json))).isEqualTo(hex);
  }

  @Test
  void comesBackFromThereUnchanged() {
    long seed = System.nanoTime();
    Samples samples = new Samples(seed);
    for (int i = 0; i < 2_000; i++) {
      String json = samples.json(4);
      assertThat(Samples.toJson(Samples.toMessagePack(json))).as("seed %d", seed).isEqualTo(json);
    }
  }
}
