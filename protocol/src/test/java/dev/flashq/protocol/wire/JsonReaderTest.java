package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.flashq.protocol.Limits;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
  private static final NameTable NAMES = new NameTable(Map.of("a", 0, "b", 1, "queue", 2));

  @Test
  void readsAMapInAnyLayout() {
    JsonReader in = Samples.json(" {\n\t\"a\" : 1 ,\r\"other\":[1,{}], \"qu\\u0065ue\":\"x\"} ");
    in.beginMap();
    assertThat(in.nextKey(NAMES)).isZero();
    assertThat(in.integer()).isEqualTo(1);
    assertThat(in.nextKey(NAMES)).isEqualTo(NameTable.UNKNOWN);
    in.skip();
    assertThat(in.nextKey(NAMES)).isEqualTo(2);
    assertThat(in.string()).isEqualTo("x");
    assertThat(in.nextKey(NAMES)).isEqualTo(ValueReader.END);
    in.finish();
  }

  @Test
  void readsNestedArrays() {
    JsonReader in = Samples.json("[[],[1,2],[true,null]]");
    in.beginArray();
    assertThat(in.nextItem()).isTrue();
    in.beginArray();
    assertThat(in.nextItem()).isFalse();
    assertThat(in.nextItem()).isTrue();
    in.beginArray();
    assertThat(in.nextItem()).isTrue();
    assertThat(in.integer()).isEqualTo(1);
    assertThat(in.nextItem()).isTrue();
    assertThat(in.number()).isEqualTo(2.0);
    assertThat(in.nextItem()).isFalse();
    assertThat(in.nextItem()).isTrue();
    in.beginArray();
    assertThat(in.nextItem()).isTrue();
    assertThat(in.bool()).isTrue();
    assertThat(in.nextItem()).isTrue();
    in.nil();
    assertThat(in.nextItem()).isFalse();
    assertThat(in.nextItem()).isFalse();
    in.finish();
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-1,-1",
    "9223372036854775807,9223372036854775807",
    "-9223372036854775808,-9223372036854775808",
    "1.0,1",
    "-2.50e1,-25",
    "1e3,1000"
  })
  void readsWholeNumbersHoweverTheyAreWritten(String text, long value) {
    assertThat(Samples.json(text).integer()).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.5", "9223372036854775808", "1e400", "1e1000000000", "\"1\"", "true", "-1e300"})
  void refusesWhatIsNoInteger(String text) {
    JsonReader in = Samples.json(text);
    assertThatExceptionOfType(WireException.class).isThrownBy(in::integer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "--1",
        "0x1",
        "NaN",
        "Infinity",
        "tru",
        "True",
        "nul",
        "nulll",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "\"\t\"",
        "'a'",
        "[1]]",
        "1 1",
        "\ufeff1",
        "[1}",
        "{]"
      })
  void refusesWhatIsNotJson(String text) {
    JsonReader in = Samples.json(text);
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(
            () -> {
              in.skip();
              in.finish();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0080",
        "\u00c0\u0080",
        "\u00c1\u00bf",
        "\u00c2",
        "\u00e0\u009f\u00bf",
        "\u00ed\u00a0\u0080",
        "\u00f0\u008f\u00bf\u00bf",
        "\u00f4\u0090\u0080\u0080",
        "\u00f5\u0080\u0080\u0080",
        "\u00ff",
        "\u00e2\u0082",
        "\u00e2\u0082A",
        "\u00f0\u009f\u0098"
      })
  void refusesInvalidUtf8(String latin1) {
    byte[] bytes = ("\"abcdefgh" + latin1 + "ijklmnop\"").getBytes(ISO_8859_1);
    JsonReader in = new JsonReader();
    in.open(bytes, 0, bytes.length);
    assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
    in.open(bytes, 0, bytes.length);
    assertThatExceptionOfType(WireException.class).isThrownBy(in::string);
  }

  @Test
  void readsEscapesAndPairs() {
    assertThat(Samples.json("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀\"").string())
        .isEqualTo("\"\\/\b\f\n\r\té😀é😀");
  }

  @ParameterizedTest
  @CsvSource({"\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83dx", "\\ud83d\\n", "\\ud83d\\u0041"})
  void replacesHalfPairs(String escape) {
    String text = Samples.json("\"" + escape + "\"").string();
    assertThat(text).contains("\ufffd").doesNotMatch(".*[\\ud800-\\udfff].*");
    assertThat(UTF_8.newEncoder().canEncode(text)).isTrue();
  }

  @Test
  void limitsNesting() {
    String deepest = "[".repeat(Limits.NESTING) + "]".repeat(Limits.NESTING);
    assertThatNoException().isThrownBy(() -> Samples.json(deepest).skip());
    JsonReader in = Samples.json("[" + deepest + "]");
    assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
    JsonReader huge = Samples.json("[".repeat(1_000_000));
    assertThatExceptionOfType(WireException.class).isThrownBy(huge::skip);
    JsonReader maps = Samples.json("{\"a\":".repeat(1_000_000));
    assertThatExceptionOfType(WireException.class).isThrownBy(maps::skip);
  }

  @Test
  void goesOnBehindABrokenValue() {
    JsonReader in = Samples.json("{\"a\":{\"x\":[\"]}\",tru,{}]},\"b\":2}");
    in.beginMap();
    assertThat(in.nextKey(NAMES)).isZero();
    int position = in.position();
    int depth = in.depth();
    assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
    in.rewind(position, depth);
    in.skipLoosely();
    assertThat(in.nextKey(NAMES)).isEqualTo(1);
    assertThat(in.integer()).isEqualTo(2);
    assertThat(in.nextKey(NAMES)).isEqualTo(ValueReader.END);
  }

  @Test
  void endsAtTheRange() {
    byte[] bytes = "xx[1,2]yy".getBytes(UTF_8);
    JsonReader in = new JsonReader();
    in.open(bytes, 2, 7);
    in.skip();
    in.finish();
    assertThat(in.position()).isEqualTo(7);
    in.open(bytes, 2, 6);
    assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
  }
}
