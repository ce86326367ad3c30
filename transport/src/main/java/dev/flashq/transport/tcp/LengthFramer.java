package dev.flashq.transport.tcp;

import dev.flashq.transport.Partial;
import io.netty.buffer.ByteBuf;

/** Requests have their length in four bytes in front. */
final class LengthFramer extends Framer {
  private static final int HEADER_BYTES = 4;

  /** Bytes of the frame whose header has been read; -1 in front of a header. */
  private int announced = -1;

  LengthFramer(Partial partial, int limit) {
    super(partial, limit);
  }

  @Override
  boolean next(ByteBuf in) {
    if (announced < 0) {
      if (in.readableBytes() < HEADER_BYTES) {
        return false;
      }
      long length = in.readUnsignedInt();
      checkLimit(length);
      announced = (int) length;
    }
    if (partial.size() == 0 && in.readableBytes() >= announced) {
      int length = announced;
      announced = -1;
      return takeFrom(in, length);
    }
    int bytes = Math.min(in.readableBytes(), announced - partial.size());
    if (!keep(in, bytes, announced, announced) || partial.size() < announced) {
      return false;
    }
    announced = -1;
    return takePartial();
  }

  @Override
  boolean last() {
    return false;
  }
}
