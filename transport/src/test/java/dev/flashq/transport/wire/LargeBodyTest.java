package dev.flashq.transport.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.statemachine.Payload;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LargeBodyTest {
  private static final byte[] ID = "\"r1\"".getBytes(UTF_8);

  private static final String JSON =
      "{\"text\":\n\"%s\",\"n\":[%s]}"
          .formatted("\u00e9\\n".repeat(20_000), "1.5,".repeat(9_000) + 0);

  /** As an answer that is made at once, for every encoding of the data and of the client. */
  @ParameterizedTest
  @EnumSource
  void isWhatItWouldBeAsAWhole(Encoding encoding) {
    for (Payload payload : new Payload[] {Payload.json(JSON), messagePack(JSON)}) {
      Answer whole = new Answer(encoding);
      write(whole, payload);
      Answer large = new Answer(encoding);
      large.beginLarge();
      write(large, payload);
      assertThat(large.size()).isEqualTo(whole.size());

      LargeBody body = large.finishLarge();
      assertThat(body.size()).isEqualTo(whole.size());
      assertThat(all(body, 10_000)).isEqualTo(whole.out().toByteArray());
    }
  }

  /** A byte becomes six, at both places; in memory are the data and a copy of them. */
  @Test
  void takesNoMoreMemoryThanTheDataTwicePerPlace() {
    byte[] value = new byte[5 + 1_000_000];
    Arrays.fill(value, (byte) 0xc2);
    System.arraycopy(HexFormat.of().parseHex("dd000f4240"), 0, value, 0, 5);
    Answer large = new Answer(Encoding.JSON);
    large.beginLarge();
    write(large, new Payload(Payload.Encoding.MESSAGE_PACK, ByteString.copyFrom(value)));
    LargeBody body = large.finishLarge();
    assertThat(body.size()).isGreaterThan(12_000_000);
    assertThat(body.held()).isLessThan(4_100_000);
    assertThat(all(body, 128 * 1024)).hasSize((int) body.size());
  }

  @Test
  void becomesAnErrorWhenTheDataCannotBeWritten() {
    Payload broken =
        new Payload(Payload.Encoding.MESSAGE_PACK, ByteString.copyFrom(new byte[50_000]));
    Answer large = new Answer(Encoding.JSON);
    large.beginLarge();
    write(large, broken);
    assertThat(large.refused()).isEqualTo(ErrorCode.DATA_TOO_LARGE);
    LargeBody body = large.finishLarge();
    assertThat(body.size()).isLessThan(500);
    assertThat(new String(all(body, 100), UTF_8)).startsWith("{\"reqId\":\"r1\",\"ok\":false");
  }

  @Test
  void isFollowedByAnswersOfTheUsualKind() {
    Answer answer = new Answer(Encoding.JSON);
    answer.beginLarge();
    write(answer, messagePack(JSON));
    answer.finishLarge();
    write(answer, Payload.json("1"));
    assertThat(new String(answer.out().toByteArray(), UTF_8))
        .isEqualTo("{\"reqId\":\"r1\",\"ok\":true,\"a\":1,\"b\":1,\"success\":true}");
  }

  private static void write(Answer answer, Payload payload) {
    Shape<Payload> shape =
        (data, to) -> {
          var out = to.ok(2);
          out.key("a");
          to.payload(data);
          out.key("b");
          to.payload(data);
        };
    answer.write(answer.out() instanceof MessagePackWriter ? new byte[] {1} : ID, shape, payload);
  }

  private static byte[] all(LargeBody body, int bytes) {
    var all = new ByteArrayOutputStream();
    while (body.more()) {
      var piece = body.next(bytes);
      assertThat(piece.remaining()).isBetween(1, bytes + 32_000);
      byte[] copy = new byte[piece.remaining()];
      piece.get(copy);
      all.writeBytes(copy);
    }
    return all.toByteArray();
  }

  private static Payload messagePack(String json) {
    byte[] bytes = json.getBytes(UTF_8);
    MessagePackWriter out = new MessagePackWriter();
    Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
    return new Payload(Payload.Encoding.MESSAGE_PACK, ByteString.copyFrom(out.toByteArray()));
  }
}
