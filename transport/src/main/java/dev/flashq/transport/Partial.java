package dev.flashq.transport;

import dev.flashq.protocol.Limits;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The beginning of a frame, line or body whose end has not arrived. It grows with what has arrived,
 * never with what was announced; before it becomes large it takes all it may ever need from the
 * shared budget, so that no two wait for each other.
 */
public final class Partial {
  private static final byte[] NONE = new byte[0];
  private static final int FIRST_BYTES = 512;

  private final Budget assembly;
  private byte[] bytes = NONE;
  private int size;
  private long taken;

  public Partial(Budget assembly) {
    this.assembly = assembly;
  }

  public int size() {
    return size;
  }

  /** Bytes of memory that it holds. */
  public int capacity() {
    return bytes.length;
  }

  /** Whether it has taken from the budget. */
  public boolean large() {
    return taken > 0;
  }

  /** Sees to it that it may grow to so many bytes; false: the budget has to be awaited. */
  public boolean mayGrowTo(int total, int atMost) {
    if (total <= Limits.SMALL_FRAME_BYTES || taken > 0) {
      return true;
    }
    if (!assembly.tryTake(atMost)) {
      return false;
    }
    taken = atMost;
    return true;
  }

  /** Moves bytes here; {@code end} is the final size if it is known, otherwise a bound. */
  public void append(ByteBuf in, int count, int end) {
    int needed = size + count;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, capacity(needed, end));
    }
    in.readBytes(bytes, size, count);
    size = needed;
  }

  private int capacity(int needed, int end) {
    if (end <= Limits.SMALL_FRAME_BYTES) {
      return end;
    }
    return (int) Math.min(end, Math.max(Math.max(FIRST_BYTES, needed), bytes.length * 4L));
  }

  /** The bytes, from 0 to {@link #size}; afterwards it is empty. */
  public byte[] take() {
    byte[] whole = bytes;
    release();
    return whole;
  }

  /** Forgets what it has and gives back what it took. */
  public void release() {
    bytes = NONE;
    size = 0;
    if (taken > 0) {
      assembly.giveBack(taken);
      taken = 0;
    }
  }
}
