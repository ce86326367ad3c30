package dev.flashq.protocol.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever arrives: the readers either read it or fail with their own exception, and what they
 * accept can be sent on.
 */
class HostileBytesTest {
  private static final NameTable NAMES = new NameTable(Map.of("a", 0));
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Samples samples = new Samples(seed);

  @Test
  void refusesEveryTruncation() {
    for (int i = 0; i < 50; i++) {
      byte[] json = ("[" + samples.json(3) + "]").getBytes(UTF_8);
      for (int end = 0; end < json.length; end++) {
        refuses(new JsonReader(), Arrays.copyOf(json, end));
      }
      byte[] messagePack = Samples.toMessagePack(new String(json, UTF_8));
      for (int end = 0; end < messagePack.length; end++) {
        refuses(new MessagePackReader(), Arrays.copyOf(messagePack, end));
      }
    }
  }

  private void refuses(ValueReader in, byte[] bytes) {
    in.open(bytes, 0, bytes.length);
    assertThatExceptionOfType(WireException.class).as("seed %d", seed).isThrownBy(in::skip);
  }

  @Test
  void survivesRandomBytes() {
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      tryEverything(bytes);
    }
  }

  @Test
  void survivesDamagedValues() {
    for (int i = 0; i < 3_000; i++) {
      byte[] json = samples.json(3).getBytes(UTF_8);
      byte[] messagePack = Samples.toMessagePack(new String(json, UTF_8));
      damage(json);
      damage(messagePack);
      tryEverything(json);
      tryEverything(messagePack);
    }
  }

  private void damage(byte[] bytes) {
    for (int n = random.nextInt(3) + 1; n > 0 && bytes.length > 0; n--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
  }

  private void tryEverything(byte[] bytes) {
    if (accepts(new JsonReader(), bytes)) {
      MessagePackWriter out = new MessagePackWriter();
      Transcode.jsonToMessagePack(bytes, 0, bytes.length, out);
      assertThat(accepts(new MessagePackReader(), out.toByteArray())).as("seed %d", seed).isTrue();
    }
    if (accepts(new MessagePackReader(), bytes)) {
      JsonWriter out = new JsonWriter();
      Transcode.messagePackToJson(bytes, 0, bytes.length, out);
      assertThat(accepts(new JsonReader(), out.toByteArray())).as("seed %d", seed).isTrue();
    }
    walk(new JsonReader(), bytes);
    walk(new MessagePackReader(), bytes);
  }

  private static boolean accepts(ValueReader in, byte[] bytes) {
    try {
      in.open(bytes, 0, bytes.length);
      in.skip();
      in.finish();
      return true;
    } catch (WireException e) {
      return false;
    }
  }

  /** Calls the other methods in some order. */
  private void walk(ValueReader in, byte[] bytes) {
    try {
      in.open(bytes, 0, bytes.length);
      for (int step = 0; step < 20; step++) {
        step(in);
      }
    } catch (WireException e) {
      assertThat(e.sentence()).isNotEmpty();
    } catch (RuntimeException e) {
      fail("seed " + seed + " bytes " + Arrays.toString(bytes), e);
    }
  }

  private void step(ValueReader in) {
    switch (in.kind()) {
      case NULL -> in.nil();
      case BOOLEAN -> in.bool();
      case NUMBER -> number(in);
      case STRING -> text(in);
      case BINARY, EXTENSION -> in.skip();
      case ARRAY -> {
        in.beginArray();
        if (!in.nextItem()) {
          return;
        }
        in.skipLoosely();
      }
      case MAP -> {
        in.beginMap();
        if (in.nextKey(NAMES) != ValueReader.END) {
          in.skip();
        }
      }
    }
  }

  private void number(ValueReader in) {
    if (random.nextBoolean()) {
      in.integer();
    } else {
      in.number();
    }
  }

  private void text(ValueReader in) {
    if (random.nextBoolean()) {
      in.string();
    } else {
      in.keyword(NAMES);
    }
  }
}
