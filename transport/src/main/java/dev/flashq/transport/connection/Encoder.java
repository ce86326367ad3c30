package dev.flashq.transport.connection;

import dev.flashq.statemachine.Payload;
import io.netty.buffer.ByteBufAllocator;

/** Makes what is written to a channel: one message for one answer or for many. */
public interface Encoder {
  /** Bytes of answers that are worth a message. */
  int BATCH_BYTES = 64 * 1024;

  /** What the client understands: data in it goes as it is. */
  Payload.Encoding encoding();

  void begin();

  /** Begins a message of one large answer. */
  void beginLarge();

  /** Whether no more answers go into the message. */
  boolean full();

  /** Puts an answer into the message; true when it became an error. */
  boolean add(Exchange exchange);

  Object finish(ByteBufAllocator allocator);

  /** Ends a message of one large answer, which goes in pieces. */
  Pieces finishLarge();
}
