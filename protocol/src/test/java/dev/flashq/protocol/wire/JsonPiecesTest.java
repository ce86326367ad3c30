package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonPiecesTest {
  @Test
  void writesWhatIsWrittenAtOnce() {
    long seed = System.nanoTime();
    Samples samples = new Samples(seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      byte[] messagePack = Samples.toMessagePack(samples.json(4));
      assertThat(inPieces(messagePack, 1 + random.nextInt(200)))
          .as("seed %d", seed)
          .isEqualTo(Samples.toJson(messagePack));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "c0",
        "cfffffffffffffffff",
        "cb7ff8000000000000",
        "c403010203",
        "d6ff00000000",
        "d405aa",
        "82c2010502",
        "81c40161c0",
        "93a1220aa15c",
        "9390809191a0"
      })
  void writesAllKindsOfValues(String hex) {
    byte[] messagePack = HexFormat.of().parseHex(hex);
    assertThat(inPieces(messagePack, 1)).isEqualTo(Samples.toJson(messagePack));
  }

  @Test
  void cutsTextsAndBinariesAnywhere() {
    String text = "\u0001\u00e9\ud83d\ude00\"x".repeat(10_000);
    MessagePackWriter out = new MessagePackWriter();
    out.beginMap(1);
    out.key(text);
    out.string(text);
    byte[] messagePack = out.toByteArray();
    assertThat(inPieces(messagePack, 10_000)).isEqualTo(Samples.toJson(messagePack));

    byte[] binary = HexFormat.of().parseHex("c500050102030405");
    assertThat(inPieces(binary, 1)).isEqualTo("\"AQIDBAU=\"");
    byte[] large = new byte[3 + 20_000];
    large[0] = (byte) 0xc5;
    large[1] = (byte) (20_000 >> 8);
    large[2] = (byte) 20_000;
    assertThat(inPieces(large, 1_000)).isEqualTo(Samples.toJson(large));
  }

  /** So that a value that becomes six times as large needs no more room than another. */
  @Test
  void makesPiecesThatAreLittleLargerThanTheyShouldBe() {
    byte[] messagePack = new byte[5 + 1_000_000];
    Arrays.fill(messagePack, (byte) 0xc2);
    System.arraycopy(HexFormat.of().parseHex("dd000f4240"), 0, messagePack, 0, 5);
    var pieces = new JsonPieces(messagePack, 0, messagePack.length);
    long all = 0;
    while (pieces.more()) {
      int size = pieces.write(4_096);
      assertThat(size).isLessThan(32_000);
      all += size;
    }
    assertThat(all).isEqualTo(6L * 1_000_000 + 1);
  }

  @Test
  void failsWhenItIsMeasuredAlready() {
    byte[] cutOff = HexFormat.of().parseHex("92c0");
    assertThatThrownBy(() -> JsonPieces.length(cutOff, 0, cutOff.length))
        .isInstanceOf(WireException.class);
  }

  private static String inPieces(byte[] messagePack, int bytes) {
    var pieces = new JsonPieces(messagePack, 0, messagePack.length);
    var all = new ByteArrayOutputStream();
    while (pieces.more()) {
      int size = pieces.write(bytes);
      all.write(pieces.piece(), 0, size);
    }
    assertThat(JsonPieces.length(messagePack, 0, messagePack.length)).isEqualTo(all.size());
    return all.toString(UTF_8);
  }
}
