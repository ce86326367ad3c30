package dev.flashq.transport.tcp;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.Payload;
import dev.flashq.transport.TransportStats;
import dev.flashq.transport.connection.Encoder;
import dev.flashq.transport.connection.Exchange;
import dev.flashq.transport.connection.Pieces;
import dev.flashq.transport.wire.Answer;
import dev.flashq.transport.wire.Encoding;
import dev.flashq.transport.wire.LargeBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Puts many answers into one buffer. The array it writes into is shared by all connections of an
 * event loop.
 */
final class AnswerEncoder implements Encoder {
  /** Bytes of an array that is kept for the next batch. */
  private static final int KEPT_BYTES = 1024 * 1024;

  private static final FastThreadLocal<Answer> JSON =
      new FastThreadLocal<>() {
        @Override
        protected Answer initialValue() {
          return new Answer(Encoding.JSON);
        }
      };

  private static final FastThreadLocal<Answer> MESSAGE_PACK =
      new FastThreadLocal<>() {
        @Override
        protected Answer initialValue() {
          return new Answer(Encoding.MESSAGE_PACK);
        }
      };

  private final TransportStats stats;
  private Encoding encoding = Encoding.JSON;

  AnswerEncoder(TransportStats stats) {
    this.stats = stats;
  }

  /** The client has shown what it speaks. */
  void encoding(Encoding spoken) {
    encoding = spoken;
  }

  private Answer answer() {
    return switch (encoding) {
      case JSON -> JSON.get();
      case MESSAGE_PACK -> MESSAGE_PACK.get();
    };
  }

  @Override
  public Payload.Encoding encoding() {
    return encoding.payload();
  }

  @Override
  public void begin() {
    answer().out().clear(KEPT_BYTES);
  }

  @Override
  public void beginLarge() {
    begin();
    answer().beginLarge();
  }

  @Override
  public boolean full() {
    return answer().out().size() >= BATCH_BYTES;
  }

  @Override
  public boolean add(Exchange exchange) {
    Answer answer = answer();
    ValueWriter out = answer.out();
    switch (encoding) {
      case JSON -> {
        answer.write(exchange.reqId(), exchange.shape(), exchange.outcome());
        out.plainByte('\n');
      }
      case MESSAGE_PACK -> {
        int start = out.size();
        out.plainInt();
        answer.goNumbers(exchange.reqId() == null);
        answer.write(exchange.reqId(), exchange.shape(), exchange.outcome());
        out.setInt(start, (int) (answer.size() - start - 4));
      }
    }
    ErrorCode refused = answer.refused();
    if (refused != null) {
      stats.errors(refused).increment();
    }
    return refused != null;
  }

  @Override
  public ByteBuf finish(ByteBufAllocator allocator) {
    ValueWriter out = answer().out();
    stats.bytesOut.add(out.size());
    ByteBuf buffer = allocator.directBuffer(out.size()).writeBytes(out.buffer(), 0, out.size());
    out.clear(KEPT_BYTES);
    return buffer;
  }

  @Override
  public Pieces finishLarge() {
    LargeBody body = answer().finishLarge();
    stats.bytesOut.add(body.size());
    return new Pieces(null, body, piece -> piece, null);
  }
}
