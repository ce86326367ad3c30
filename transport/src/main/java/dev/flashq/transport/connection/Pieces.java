package dev.flashq.transport.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A large answer on its way to the socket: written in one go, all of it would be copied to memory
 * outside of the heap.
 */
public final class Pieces {
  private static final int PIECE_BYTES = 128 * 1024;

  private final byte[] body;
  private final int size;
  private final Function<ByteBuf, Object> wrapping;
  private @Nullable Object head;
  private @Nullable Object tail;
  private int written;

  /**
   * @param head written first, if there is one
   * @param body from 0 to the size
   * @param wrapping what a piece of the body is written as
   * @param tail written last, if there is one
   */
  public Pieces(
      @Nullable Object head,
      byte[] body,
      int size,
      Function<ByteBuf, Object> wrapping,
      @Nullable Object tail) {
    this.head = head;
    this.body = body;
    this.size = size;
    this.wrapping = wrapping;
    this.tail = tail;
  }

  int size() {
    return size;
  }

  boolean more() {
    return head != null || written < size || tail != null;
  }

  /** The next piece; there is one. */
  Object next() {
    Object next = head;
    if (next != null) {
      head = null;
      return next;
    }
    if (written < size) {
      int from = written;
      written = Math.min(size, from + PIECE_BYTES);
      return wrapping.apply(Unpooled.wrappedBuffer(body, from, written - from));
    }
    next = Objects.requireNonNull(tail);
    tail = null;
    return next;
  }
}
