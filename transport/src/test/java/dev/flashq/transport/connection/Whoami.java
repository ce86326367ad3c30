package dev.flashq.transport.connection;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Reply.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Answers whatever comes with what is known of the client, in one line. */
record Whoami(Connection connection) implements Protocol {
  @Override
  public void read(Object message) {
    ((ByteBuf) message).release();
    String line =
        connection.clientAddress().getHostAddress() + " " + connection.clientSubject().orElse("");
    connection
        .channel()
        .writeAndFlush(Unpooled.copiedBuffer(line.strip() + "\n", StandardCharsets.US_ASCII));
  }

  @Override
  public boolean next() {
    return false;
  }

  @Override
  public boolean hungry() {
    return true;
  }

  @Override
  public void drop() {}

  @Override
  public boolean receiving() {
    return false;
  }

  @Override
  public long arriving() {
    return -1;
  }

  @Override
  public boolean authenticatesOnce() {
    return false;
  }

  @Override
  public void refuse(Refused refusal, byte first) {
    connection.end();
  }

  @Override
  public Refused busy() {
    return new Refused(ErrorCode.LIMIT_EXCEEDED, "busy");
  }

  @Override
  public Encoder encoder() {
    return new Silence();
  }

  private record Silence() implements Encoder {
    @Override
    public Payload.Encoding encoding() {
      return Payload.Encoding.JSON;
    }

    @Override
    public void begin() {}

    @Override
    public void beginLarge() {}

    @Override
    public boolean full() {
      return true;
    }

    @Override
    public boolean add(Exchange exchange) {
      return false;
    }

    @Override
    public Object finish(ByteBufAllocator allocator) {
      return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public Pieces finishLarge() {
      throw new UnsupportedOperationException();
    }
  }
}
