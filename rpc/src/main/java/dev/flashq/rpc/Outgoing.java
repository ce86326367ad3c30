package dev.flashq.rpc;

import dev.flashq.rpc.Frame.Type;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A message on its way out, of which some parts may have been written. */
final class Outgoing {
  private final Type type;
  private final int kind;
  private final long call;
  private final Message message;
  private final int size;
  private final Lane lane;

  /** Of a message that goes in more than one part, from its first part on. */
  private byte @Nullable [] bytes;

  private int written;
  private boolean begun;
  private boolean cancelled;

  Outgoing(Type type, int kind, long call, Lane lane, Message message) {
    this.type = type;
    this.kind = kind;
    this.call = call;
    this.lane = lane;
    this.message = message;
    this.size = message.size();
  }

  Lane lane() {
    return lane;
  }

  int size() {
    return size;
  }

  long call() {
    return call;
  }

  /** Keeps it from being sent; false: some of it may have left, and the rest will follow. */
  boolean cancel() {
    cancelled = !begun;
    return cancelled;
  }

  boolean isCancelled() {
    return cancelled;
  }

  boolean isComplete() {
    return begun && written == size;
  }

  /** The next part, with its head. */
  ByteBuf next(ByteBufAllocator allocator) throws IOException {
    int length = Math.min(size - written, Frame.PART_BYTES);
    var frame = new Frame(length, type, kind, call, size);
    ByteBuf out = allocator.heapBuffer(Frame.HEAD + length);
    try {
      frame.write(out);
      if (size <= Frame.PART_BYTES) {
        message.writeTo(out.internalNioBuffer(out.writerIndex(), length));
        out.writerIndex(out.writerIndex() + length);
      } else {
        out.writeBytes(Unpooled.wrappedBuffer(all(), written, length));
      }
    } catch (IOException | RuntimeException e) {
      out.release();
      throw e;
    }
    begun = true;
    written += length;
    if (written == size) {
      bytes = null;
    }
    return out;
  }

  private byte[] all() throws IOException {
    byte[] known = bytes;
    if (known == null) {
      known = new byte[size];
      message.writeTo(ByteBuffer.wrap(known));
      bytes = known;
    }
    return known;
  }
}
