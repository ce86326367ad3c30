package dev.flashq.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.flashq.protocol.Limits;
import dev.flashq.transport.Budget;
import dev.flashq.transport.Partial;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FramerTest {
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final Budget assembly = new Budget(10, 4 * Limits.FRAME_BYTES);

  /**
   * Feeds the bytes in pieces as a connection does: what a framer leaves is put in front of the
   * next piece.
   */
  private static List<String> frames(Framer framer, byte[] bytes, PieceSize size) {
    List<String> frames = new ArrayList<>();
    ByteBuf unread = Unpooled.buffer();
    int at = 0;
    while (at < bytes.length) {
      int piece = Math.min(size.next(), bytes.length - at);
      unread.writeBytes(bytes, at, piece);
      at += piece;
      while (unread.isReadable() && framer.next(unread)) {
        frames.add(new String(framer.frame(), 0, framer.length(), UTF_8));
      }
    }
    assertThat(framer.last() || unread.isReadable()).isFalse();
    return frames;
  }

  private interface PieceSize {
    int next();
  }

  private List<String> samples() {
    List<String> samples = new ArrayList<>();
    for (int length :
        new int[] {
          0, 1, 3, 4, 5, 300, Limits.SMALL_FRAME_BYTES, Limits.SMALL_FRAME_BYTES + 1, 300_000, 2
        }) {
      samples.add("x".repeat(length));
    }
    return samples;
  }

  private static byte[] withLengths(List<String> frames) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String frame : frames) {
      out.writeInt(frame.length());
      out.writeBytes(frame);
    }
    return bytes.toByteArray();
  }

  @Test
  void cutsFramesHoweverTheyArrive() throws IOException {
    List<String> samples = samples();
    byte[] bytes = withLengths(samples);
    for (PieceSize size : sizes()) {
      var framer = new LengthFramer(new Partial(assembly), Limits.FRAME_BYTES);
      assertThat(frames(framer, bytes, size)).as("seed %d", seed).isEqualTo(samples);
      assertThat(assembly.things()).isZero();
    }
  }

  @Test
  void cutsLinesHoweverTheyArrive() {
    List<String> samples = samples();
    byte[] bytes = (String.join("\n", samples) + "\n").getBytes(UTF_8);
    for (PieceSize size : sizes()) {
      var framer = new LineFramer(new Partial(assembly), Limits.FRAME_BYTES);
      assertThat(frames(framer, bytes, size)).as("seed %d", seed).isEqualTo(samples);
      assertThat(assembly.things()).isZero();
    }
  }

  private List<PieceSize> sizes() {
    return List.of(
        () -> 1, () -> 7, () -> 65536, () -> Integer.MAX_VALUE, () -> 1 + random.nextInt(5_000));
  }

  @Test
  void refusesWhatIsAboveTheLimit() {
    byte[] four = {0, 0, 0, 5};
    var lengths = new LengthFramer(new Partial(assembly), 4);
    assertThatExceptionOfType(Framer.TooLargeException.class)
        .isThrownBy(() -> lengths.next(Unpooled.wrappedBuffer(four)));
    byte[] huge = {-1, -1, -1, -1};
    assertThatExceptionOfType(Framer.TooLargeException.class)
        .isThrownBy(() -> lengths.next(Unpooled.wrappedBuffer(huge)));
    var lines = new LineFramer(new Partial(assembly), 4);
    assertThat(lines.next(Unpooled.copiedBuffer("1234", UTF_8))).isFalse();
    assertThatExceptionOfType(Framer.TooLargeException.class)
        .isThrownBy(() -> lines.next(Unpooled.copiedBuffer("5\n", UTF_8)));
  }

  @Test
  void keepsNoMoreThanHasArrived() {
    var framer = new LengthFramer(new Partial(assembly), Limits.FRAME_BYTES);
    byte[] header = {0, -1, -1, -1};
    assertThat(framer.next(Unpooled.wrappedBuffer(header, new byte[100]))).isFalse();
    assertThat(framer.partial.capacity()).isLessThan(1_000);
  }

  @Test
  void waitsForRoomBeforeAFrameBecomesLarge() {
    Budget narrow = new Budget(10, 100_000);
    var first = new LengthFramer(new Partial(narrow), Limits.FRAME_BYTES);
    var second = new LengthFramer(new Partial(narrow), Limits.FRAME_BYTES);
    byte[] header = {0, 1, 0, 0};
    first.next(Unpooled.wrappedBuffer(header, new byte[1]));
    ByteBuf in = Unpooled.wrappedBuffer(header, new byte[10]);
    assertThat(second.next(in)).isFalse();
    assertThat(second.starving()).isTrue();
    assertThat(in.readableBytes()).isEqualTo(10);
    first.release();
    assertThat(second.next(in)).isFalse();
    assertThat(second.starving()).isFalse();
    second.release();
    assertThat(narrow.bytes()).isZero();
  }
}
