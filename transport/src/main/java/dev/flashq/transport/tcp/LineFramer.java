package dev.flashq.transport.tcp;

import dev.flashq.transport.Partial;
import io.netty.buffer.ByteBuf;

/** Requests are lines. */
final class LineFramer extends Framer {
  LineFramer(Partial partial, int limit) {
    super(partial, limit);
  }

  @Override
  boolean next(ByteBuf in) {
    int toEnd = in.bytesBefore((byte) '\n');
    int bytes = toEnd < 0 ? in.readableBytes() : toEnd;
    long total = (long) partial.size() + bytes;
    checkLimit(total);
    if (toEnd >= 0 && partial.size() == 0) {
      takeFrom(in, bytes);
      in.skipBytes(1);
      return true;
    }
    if (bytes > 0 && !keep(in, bytes, (int) total, limit())) {
      return false;
    }
    if (toEnd < 0) {
      return false;
    }
    in.skipBytes(1);
    return takePartial();
  }

  @Override
  boolean last() {
    return partial.size() > 0 && takePartial();
  }
}
