package dev.flashq.rpc;

import dev.flashq.rpc.Frame.MalformedException;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages together from the bytes of a connection. Memory is taken as bytes arrive, not as
 * they are announced.
 */
final class FrameReader {
  /** Messages whose parts may come in turn: one of each lane. */
  private static final int UNFINISHED = Lane.values().length;

  private final Sink sink;
  private final byte[] head = new byte[Frame.HEAD];
  private final Map<Long, Unfinished> unfinished = new HashMap<>();
  private int headBytes;
  private int limit;

  /** The part that is being read. */
  private @Nullable Frame part;

  private Unfinished message = new Unfinished(0);

  interface Sink {
    /**
     * A message is complete.
     *
     * @param last of its parts
     */
    void take(Frame last, byte[] message) throws MalformedException;
  }

  /** What there is of a message. */
  private static final class Unfinished {
    private byte[] bytes;
    private int length;

    /** Of the part that is being read. */
    private int missing;

    Unfinished(int capacity) {
      bytes = new byte[capacity];
    }

    void take(ByteBuf in, int total) {
      int count = Math.min(in.readableBytes(), missing);
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.min(total, Math.max(2 * bytes.length, length + count)));
      }
      in.readBytes(bytes, length, count);
      length += count;
      missing -= count;
    }
  }

  /**
   * @param limit bytes of a message, until {@link #allow} says otherwise
   */
  FrameReader(int limit, Sink sink) {
    this.limit = limit;
    this.sink = sink;
  }

  /** From now on messages may have so many bytes. */
  void allow(int bytes) {
    limit = bytes;
  }

  /** Takes all bytes of the buffer. */
  void read(ByteBuf in) throws MalformedException {
    while (in.isReadable() || isComplete()) {
      if (part == null) {
        readHead(in);
      } else {
        readPart(in, part);
      }
    }
  }

  /** A part without bytes needs no more of them. */
  private boolean isComplete() {
    return part != null && message.missing == 0;
  }

  private void readHead(ByteBuf in) throws MalformedException {
    int count = Math.min(in.readableBytes(), Frame.HEAD - headBytes);
    in.readBytes(head, headBytes, count);
    headBytes += count;
    if (headBytes == Frame.HEAD) {
      headBytes = 0;
      begin(Frame.read(head, limit));
    }
  }

  private void begin(Frame frame) throws MalformedException {
    Unfinished known = unfinished.get(frame.call());
    if (known == null) {
      known = new Unfinished(frame.length());
      if (frame.length() < frame.total()) {
        if (unfinished.size() == UNFINISHED) {
          throw new MalformedException("parts of too many messages");
        }
        unfinished.put(frame.call(), known);
      }
    } else if (known.length + frame.length() > frame.total()) {
      throw new MalformedException("more parts than the message has");
    }
    known.missing = frame.length();
    message = known;
    part = frame;
  }

  private void readPart(ByteBuf in, Frame frame) throws MalformedException {
    message.take(in, frame.total());
    if (message.missing > 0) {
      return;
    }
    part = null;
    if (message.length == frame.total()) {
      unfinished.remove(frame.call());
      sink.take(frame, message.bytes);
    }
  }
}
