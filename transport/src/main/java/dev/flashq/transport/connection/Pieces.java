package dev.flashq.transport.connection;

import dev.flashq.transport.wire.LargeBody;
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

  private final LargeBody body;
  private final Function<ByteBuf, Object> wrapping;
  private @Nullable Object head;
  private @Nullable Object tail;

  /**
   * @param head written first, if there is one
   * @param wrapping what a piece of the body is written as
   * @param tail written last, if there is one
   */
  public Pieces(
      @Nullable Object head,
      LargeBody body,
      Function<ByteBuf, Object> wrapping,
      @Nullable Object tail) {
    this.head = head;
    this.body = body;
    this.wrapping = wrapping;
    this.tail = tail;
  }

  /** Bytes of memory until all is written. */
  long held() {
    return body.held();
  }

  boolean more() {
    return head != null || body.more() || tail != null;
  }

  /** The next piece; there is one. */
  Object next() {
    Object next = head;
    if (next != null) {
      head = null;
      return next;
    }
    if (body.more()) {
      return wrapping.apply(Unpooled.wrappedBuffer(body.next(PIECE_BYTES)));
    }
    next = Objects.requireNonNull(tail);
    tail = null;
    return next;
  }
}
