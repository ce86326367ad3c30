package dev.flashq.transport.tcp;

import dev.flashq.transport.Partial;
import io.netty.buffer.ByteBuf;

/** Cuts one connection's bytes into requests; keeps at most one unfinished request. */
abstract sealed class Framer permits LineFramer, LengthFramer {
  private static final byte[] NONE = new byte[0];

  final Partial partial;
  private int limit;
  private boolean starving;
  private int wanted;
  private byte[] frame = NONE;
  private int length;
  private long count;

  Framer(Partial partial, int limit) {
    this.partial = partial;
    this.limit = limit;
  }

  /** A frame above the limit in bytes. What follows cannot be understood any more. */
  static final class TooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLargeException() {
      super("Message too large", null, false, false);
    }
  }

  /**
   * Takes the next frame if it is complete.
   *
   * @return false: more bytes are needed, or, when {@link #starving}, more room
   */
  abstract boolean next(ByteBuf in);

  /** Takes what has arrived as a frame when nothing more will come; false if it is none. */
  abstract boolean last();

  final void limit(int bytes) {
    limit = bytes;
  }

  final int limit() {
    return limit;
  }

  /** Whether the shared room for large frames has to be awaited. */
  final boolean starving() {
    return starving;
  }

  /** Bytes that it asked the shared room for. */
  final int wanted() {
    return wanted;
  }

  /** The frame just taken, from 0 to {@link #length}. */
  final byte[] frame() {
    return frame;
  }

  final int length() {
    return length;
  }

  /** Frames taken so far. */
  final long count() {
    return count;
  }

  final void release() {
    partial.release();
  }

  final void checkLimit(long bytes) {
    if (bytes > limit) {
      throw new TooLargeException();
    }
  }

  /**
   * Keeps bytes of a frame that is not complete; {@code end} is its size or a bound of it. False
   * when starving.
   */
  final boolean keep(ByteBuf in, int bytes, int total, int end) {
    starving = !partial.mayGrowTo(total, end);
    wanted = end;
    if (!starving) {
      partial.append(in, bytes, end);
    }
    return !starving;
  }

  final boolean takeFrom(ByteBuf in, int bytes) {
    byte[] whole = new byte[bytes];
    in.readBytes(whole);
    return taken(whole, bytes);
  }

  final boolean takePartial() {
    int bytes = partial.size();
    return taken(partial.take(), bytes);
  }

  private boolean taken(byte[] bytes, int size) {
    frame = bytes;
    length = size;
    count++;
    return true;
  }

  /** Lets go of the frame, which may be large. */
  final void forget() {
    frame = NONE;
  }
}
