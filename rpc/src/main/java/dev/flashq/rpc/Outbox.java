package dev.flashq.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What waits to be written to a connection. For its event loop. */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

  /** Bytes after which they are encrypted and handed on: only then does the channel count them. */
  private static final int FLUSH_BYTES = Frame.PART_BYTES;

  private final Channel channel;
  private final long limit;
  private final Deque<Outgoing> urgent = new ArrayDeque<>();
  private final Deque<Outgoing> ordered = new ArrayDeque<>();
  private final Deque<Outgoing> bulk = new ArrayDeque<>();
  private boolean bulkIsNext;
  private long bytes;

  /**
   * @param limit bytes that may wait; a single message may be larger
   */
  Outbox(Channel channel, long limit) {
    this.channel = channel;
    this.limit = limit;
  }

  /** Whether there was room for it. */
  boolean add(Outgoing message) {
    if (bytes > 0 && bytes + message.size() > limit) {
      return false;
    }
    bytes += message.size();
    line(message.lane()).add(message);
    return true;
  }

  private Deque<Outgoing> line(Lane lane) {
    return switch (lane) {
      case URGENT -> urgent;
      case ORDERED -> ordered;
      case BULK -> bulk;
    };
  }

  /** Writes as much as the channel takes. */
  void pump() {
    int unflushed = 0;
    while (channel.isWritable()) {
      Deque<Outgoing> line = nextLine();
      if (line == null) {
        break;
      }
      unflushed += writePart(line);
      if (unflushed >= FLUSH_BYTES) {
        channel.flush();
        unflushed = 0;
      }
    }
    if (unflushed > 0) {
      channel.flush();
    }
  }

  private @Nullable Deque<Outgoing> nextLine() {
    dropCancelled(urgent);
    dropCancelled(ordered);
    dropCancelled(bulk);
    if (!urgent.isEmpty()) {
      return urgent;
    }
    if (ordered.isEmpty() || (bulkIsNext && !bulk.isEmpty())) {
      bulkIsNext = false;
      return bulk.isEmpty() ? null : bulk;
    }
    bulkIsNext = true;
    return ordered;
  }

  private void dropCancelled(Deque<Outgoing> line) {
    for (Outgoing first = line.peek(); first != null && first.isCancelled(); first = line.peek()) {
      bytes -= first.size();
      line.removeFirst();
    }
  }

  private int writePart(Deque<Outgoing> line) {
    Outgoing message = line.getFirst();
    ByteBuf part;
    try {
      part = message.next(channel.alloc());
    } catch (IOException | RuntimeException e) {
      // Half of it may have gone: what comes behind it would not be understood.
      LOG.error("A message to {} cannot be written", channel.remoteAddress(), e);
      channel.close();
      line.removeFirst();
      return 0;
    }
    if (message.isComplete()) {
      line.removeFirst();
      bytes -= message.size();
    }
    int count = part.readableBytes();
    channel.write(part, channel.voidPromise());
    return count;
  }
}
