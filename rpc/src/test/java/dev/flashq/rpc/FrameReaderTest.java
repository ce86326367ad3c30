package dev.flashq.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.rpc.Frame.MalformedException;
import dev.flashq.rpc.Frame.Type;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
  private static final int LIMIT = 1_000_000;

  private final Map<Long, byte[]> taken = new LinkedHashMap<>();
  private final FrameReader reader =
      new FrameReader(LIMIT, (last, message) -> taken.put(last.call(), message));

  private static List<ByteBuf> parts(long call, byte[] message) throws IOException {
    var outgoing = new Outgoing(Type.CALL, 7, call, Lane.ORDERED, Message.of(message));
    List<ByteBuf> parts = new ArrayList<>();
    while (!outgoing.isComplete()) {
      parts.add(outgoing.next(UnpooledByteBufAllocator.DEFAULT));
    }
    return parts;
  }

  private static byte[] bytes(Random random, int size) {
    var bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void putsMessagesTogetherHoweverTheirBytesArrive() throws Exception {
    var random = new Random(3);
    int[] sizes = {0, 1, Frame.PART_BYTES, Frame.PART_BYTES + 1, 5 * Frame.PART_BYTES, 700_000};
    var sent = new LinkedHashMap<Long, byte[]>();
    ByteBuf all = Unpooled.buffer();
    for (int round = 0; round < 20; round++) {
      long call = round + 1L;
      sent.put(call, bytes(random, sizes[random.nextInt(sizes.length)]));
      parts(call, sent.get(call)).forEach(all::writeBytes);
    }
    while (all.isReadable()) {
      int count = Math.min(all.readableBytes(), 1 + random.nextInt(100_000));
      reader.read(all.readSlice(count));
    }
    assertThat(taken).containsExactlyEntriesOf(sent);
  }

  @Test
  void partsOfMessagesOfSeveralLanesMayTakeTurns() throws Exception {
    var random = new Random(4);
    byte[] first = bytes(random, 3 * Frame.PART_BYTES);
    byte[] second = bytes(random, 2 * Frame.PART_BYTES + 5);
    List<ByteBuf> one = parts(1, first);
    List<ByteBuf> two = parts(2, second);
    for (int i = 0; i < 3; i++) {
      reader.read(one.get(i));
      reader.read(two.get(i));
    }
    assertThat(taken.get(1L)).isEqualTo(first);
    assertThat(taken.get(2L)).isEqualTo(second);
  }

  private static ByteBuf head(int length, int type, long call, int total) {
    return Unpooled.buffer()
        .writeInt(length)
        .writeByte(type)
        .writeByte(0)
        .writeLong(call)
        .writeInt(total);
  }

  private void refuses(ByteBuf bytes) {
    assertThatThrownBy(() -> reader.read(bytes)).isInstanceOf(MalformedException.class);
  }

  @Test
  void refusesWhatIsNoFrame() throws Exception {
    refuses(head(1, 5, 1, 1));
    refuses(head(1, 255, 1, 1));
    refuses(head(LIMIT + 1, 2, 1, LIMIT + 1));
    refuses(head(Frame.PART_BYTES + 1, 2, 1, Frame.PART_BYTES + 1));
    refuses(head(-1, 2, 1, 1));
    refuses(head(1, 2, 1, -1));
    refuses(head(2, 2, 1, 1));
    refuses(head(0, 2, 1, 1));
  }

  @Test
  void refusesPartsOfMoreMessagesThanThereAreLanes() throws Exception {
    for (long call = 1; call <= Lane.values().length; call++) {
      reader.read(parts(call, new byte[2 * Frame.PART_BYTES]).getFirst());
    }
    refuses(parts(9, new byte[2 * Frame.PART_BYTES]).getFirst());
  }

  @Test
  void refusesMorePartsThanTheMessageHas() throws Exception {
    reader.read(head(3, 2, 1, 4).writeBytes(new byte[3]));
    refuses(head(2, 2, 1, 4).writeBytes(new byte[2]));
  }
}
