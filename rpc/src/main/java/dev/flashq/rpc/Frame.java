package dev.flashq.rpc;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * A part of a message as it stands on the wire: a head of {@link #HEAD} bytes, all numbers big
 * endian, and the bytes of the part.
 *
 * <pre>
 *  0  length of the part   4 bytes
 *  4  type                 1 byte
 *  5  kind of the call     1 byte, as the caller gave it
 *  6  number of the call   8 bytes
 * 14  length of the message 4 bytes
 * </pre>
 *
 * @param length bytes of this part
 * @param total bytes of the message; the same in all its parts
 */
record Frame(int length, Type type, int kind, long call, int total) {
  static final int HEAD = 18;

  /**
   * Bytes of the longest part: what is urgent waits for no more than one that is being written, and
   * for what the channel holds.
   */
  static final int PART_BYTES = 64 * 1024;

  enum Type {
    /** Who calls and whom it means; the first frame of a connection. */
    HELLO,
    /** The other one is who it should be. */
    WELCOME,
    CALL,
    ANSWER,
    FAILURE;

    private static final Type[] ALL = values();
  }

  void write(ByteBuf out) {
    out.writeInt(length).writeByte(type.ordinal()).writeByte(kind).writeLong(call).writeInt(total);
  }

  static Frame read(byte[] head, int limit) throws MalformedException {
    var in = ByteBuffer.wrap(head);
    int length = in.getInt();
    int type = Byte.toUnsignedInt(in.get());
    int kind = Byte.toUnsignedInt(in.get());
    long call = in.getLong();
    int total = in.getInt();
    if (type >= Type.ALL.length) {
      throw new MalformedException("a frame of type " + type);
    }
    if (total < 0 || total > limit || length < 0 || length > Math.min(total, PART_BYTES)) {
      throw new MalformedException(
          "a frame of " + length + " bytes of a message of " + total + " bytes");
    }
    if (length == 0 && total > 0) {
      throw new MalformedException("an empty part");
    }
    return new Frame(length, Type.ALL[type], kind, call, total);
  }

  /** What was received is no frame, or none that belongs here. The connection ends. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String sentence) {
      super(sentence, null, false, false);
    }
  }
}
