package dev.flashq.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.rpc.Frame.MalformedException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The first message of a connection.
 *
 * @param version of what is spoken
 * @param from who calls
 * @param to who is meant
 */
record Hello(int version, UUID cluster, String from, String to) {
  static final int VERSION = 1;

  /** Bytes of the longest. */
  static final int BYTES = 512;

  Message encode() {
    byte[] sender = from.getBytes(UTF_8);
    byte[] receiver = to.getBytes(UTF_8);
    return Message.of(
        ByteBuffer.allocate(1 + 2 * Long.BYTES + 2 + sender.length + receiver.length)
            .put((byte) version)
            .putLong(cluster.getMostSignificantBits())
            .putLong(cluster.getLeastSignificantBits())
            .put((byte) sender.length)
            .put(sender)
            .put((byte) receiver.length)
            .put(receiver)
            .array());
  }

  static Hello decode(byte[] bytes) throws MalformedException {
    var in = ByteBuffer.wrap(bytes);
    try {
      int version = Byte.toUnsignedInt(in.get());
      var cluster = new UUID(in.getLong(), in.getLong());
      return new Hello(version, cluster, text(in), text(in));
    } catch (BufferUnderflowException _) {
      throw new MalformedException("a greeting that ends too early");
    }
  }

  private static String text(ByteBuffer in) {
    var text = new byte[Byte.toUnsignedInt(in.get())];
    in.get(text);
    return new String(text, UTF_8);
  }
}
