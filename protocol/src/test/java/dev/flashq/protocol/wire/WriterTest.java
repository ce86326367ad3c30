package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class WriterTest {
  private static void example(ValueWriter out) {
    out.beginMap(5);
    out.key(FieldName.of("a"));
    out.beginArray(3);
    out.integer(Long.MIN_VALUE);
    out.integer(Long.MAX_VALUE);
    out.number(0.5);
    out.endArray();
    out.key("b\"");
    out.string("x\n\u0001é\ud83d\ude00\ud800");
    out.key(FieldName.of("c"));
    out.stringOrNil(null);
    out.key(FieldName.of("d"));
    out.beginMap(0);
    out.endMap();
    out.key(FieldName.of("e"));
    out.bool(false);
    out.endMap();
  }

  @Test
  void writesTheSameInBothEncodings() {
    JsonWriter json = new JsonWriter();
    example(json);
    MessagePackWriter messagePack = new MessagePackWriter();
    example(messagePack);
    assertThat(new String(json.toByteArray(), UTF_8))
        .isEqualTo(
            "{\"a\":[-9223372036854775808,9223372036854775807,0.5],"
                + "\"b\\\"\":\"x\\n\\u0001é😀\ufffd\",\"c\":null,\"d\":{},\"e\":false}");
    assertThat(Samples.toJson(messagePack.toByteArray()))
        .isEqualTo(new String(json.toByteArray(), UTF_8));
  }

  @Test
  void keepsSplicedJsonOnOneLine() {
    JsonWriter json = new JsonWriter();
    json.beginArray(2);
    json.raw(ByteString.copyFromUtf8("{\n\"a\":\r\n1}"));
    json.raw(ByteString.copyFromUtf8("2"));
    json.endArray();
    assertThat(new String(json.toByteArray(), UTF_8)).isEqualTo("[{ \"a\":  1},2]");
  }

  @Test
  void takesBackWhatWasWritten() {
    JsonWriter json = new JsonWriter();
    json.integer(1);
    json.plainByte('\n');
    int line = json.size();
    json.beginMap(1);
    json.key("a");
    json.truncate(line);
    json.string("b");
    assertThat(new String(json.toByteArray(), UTF_8)).isEqualTo("1\n\"b\"");
  }

  @Test
  void stopsAtItsLimit() {
    JsonWriter json = new JsonWriter(1000);
    assertThatExceptionOfType(WireException.class).isThrownBy(() -> json.string("x".repeat(1000)));
    MessagePackWriter messagePack = new MessagePackWriter(1000);
    assertThatExceptionOfType(WireException.class)
        .isThrownBy(() -> messagePack.string("x".repeat(1000)));
  }

  @Test
  void writesIntegersAsDoublesForGo() {
    MessagePackWriter out = new MessagePackWriter();
    out.integersAsDoubles(true);
    out.integer(7);
    assertThat(out.toByteArray()).hasSize(9).startsWith(0xcb);
  }
}
