package dev.flashq.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.flashq.protocol.Limits;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessagePackReaderTest {
  private static final NameTable NAMES = new NameTable(Map.of("a", 0, "b", 1));

  @Test
  void readsEveryFormOfInteger() {
    assertThat(Samples.messagePack(0x7f).integer()).isEqualTo(127);
    assertThat(Samples.messagePack(0xe0).integer()).isEqualTo(-32);
    assertThat(Samples.messagePack(0xcc, 0xff).integer()).isEqualTo(255);
    assertThat(Samples.messagePack(0xcd, 0xff, 0xff).integer()).isEqualTo(65535);
    assertThat(Samples.messagePack(0xce, 0xff, 0xff, 0xff, 0xff).integer()).isEqualTo(4294967295L);
    assertThat(Samples.messagePack(0xcf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff).integer())
        .isEqualTo(Long.MAX_VALUE);
    assertThat(Samples.messagePack(0xd0, 0x80).integer()).isEqualTo(-128);
    assertThat(Samples.messagePack(0xd1, 0x80, 0).integer()).isEqualTo(-32768);
    assertThat(Samples.messagePack(0xd2, 0x80, 0, 0, 0).integer()).isEqualTo(Integer.MIN_VALUE);
    assertThat(Samples.messagePack(0xd3, 0, 0, 0, 0, 0, 0, 0, 5).integer()).isEqualTo(5);
    assertThat(Samples.messagePack(0xcb, 0x40, 0x08, 0, 0, 0, 0, 0, 0).integer()).isEqualTo(3);
    assertThat(Samples.messagePack(0xca, 0x40, 0x40, 0, 0).integer()).isEqualTo(3);
  }

  @Test
  void refusesNumbersThatAreNoIntegers() {
    refuses(Samples.messagePack(0xcf, 0x80, 0, 0, 0, 0, 0, 0, 0));
    refuses(Samples.messagePack(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0));
    refuses(Samples.messagePack(0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0));
    refuses(Samples.messagePack(0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0));
    refuses(Samples.messagePack(0xa1, 0x31));
  }

  private static void refuses(MessagePackReader in) {
    assertThatExceptionOfType(WireException.class).isThrownBy(in::integer);
  }

  @Test
  void believesNoLength() {
    int[][] headers = {
      {0xdb, 0xff, 0xff, 0xff, 0xff},
      {0xc6, 0x7f, 0xff, 0xff, 0xff},
      {0xc9, 0xff, 0xff, 0xff, 0xff, 1},
      {0xdd, 0xff, 0xff, 0xff, 0xff},
      {0xdf, 0xff, 0xff, 0xff, 0xff},
      {0xdf, 0x7f, 0xff, 0xff, 0xff, 0xc0, 0xc0},
      {0xdc, 0xff, 0xff, 0xc0},
      {0xc1}
    };
    for (int[] header : headers) {
      MessagePackReader in = Samples.messagePack(header);
      assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
      MessagePackReader loose = Samples.messagePack(header);
      assertThatExceptionOfType(WireException.class).isThrownBy(loose::skipLoosely);
    }
  }

  @Test
  void limitsNesting() {
    int[] deepest = new int[Limits.NESTING + 1];
    Arrays.fill(deepest, 0x91);
    deepest[Limits.NESTING] = 0xc0;
    assertThatNoException().isThrownBy(() -> Samples.messagePack(deepest).skip());
    int[] deeper = new int[Limits.NESTING + 2];
    Arrays.fill(deeper, 0x91);
    deeper[Limits.NESTING + 1] = 0xc0;
    MessagePackReader in = Samples.messagePack(deeper);
    assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
    int[] hostile = new int[1_000_000];
    Arrays.fill(hostile, 0x91);
    MessagePackReader huge = Samples.messagePack(hostile);
    assertThatExceptionOfType(WireException.class).isThrownBy(huge::skip);
    MessagePackReader loose = Samples.messagePack(hostile);
    assertThatExceptionOfType(WireException.class).isThrownBy(loose::skipLoosely);
  }

  @Test
  void refusesContainersAsKeysAndBrokenTexts() {
    MessagePackReader key = Samples.messagePack(0x81, 0x90, 0xc0);
    assertThatExceptionOfType(WireException.class).isThrownBy(key::skip);
    MessagePackReader text = Samples.messagePack(0xa2, 0xc3, 0x28);
    assertThatExceptionOfType(WireException.class).isThrownBy(text::skip);
  }

  @Test
  void goesOnBehindABrokenValue() {
    MessagePackReader in =
        Samples.messagePack(0x82, 0xa1, 'a', 0x91, 0x81, 0x90, 0xa1, 0xff, 0xa1, 'b', 7);
    in.beginMap();
    assertThat(in.nextKey(NAMES)).isZero();
    int position = in.position();
    int depth = in.depth();
    assertThatExceptionOfType(WireException.class).isThrownBy(in::skip);
    in.rewind(position, depth);
    in.skipLoosely();
    assertThat(in.nextKey(NAMES)).isEqualTo(1);
    assertThat(in.integer()).isEqualTo(7);
    assertThat(in.nextKey(NAMES)).isEqualTo(ValueReader.END);
    in.finish();
  }

  @Test
  void passesOverKeysThatAreNoTexts() {
    MessagePackReader in = Samples.messagePack(0x82, 0x05, 0xc0, 0xa1, 'b', 7);
    in.beginMap();
    assertThat(in.nextKey(NAMES)).isEqualTo(NameTable.UNKNOWN);
    in.skip();
    assertThat(in.nextKey(NAMES)).isEqualTo(1);
    assertThat(in.integer()).isEqualTo(7);
  }
}
