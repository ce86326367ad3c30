package dev.flashq.transport.connection;

import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees by the first byte whether a client begins with TLS, puts that in front of everything if so,
 * and leaves.
 */
final class TlsDetector extends ByteToMessageDecoder {
  /** Of a handshake record; no frame, no line and no method of HTTP begins so. */
  private static final byte HANDSHAKE = 0x16;

  private final Connection connection;
  private final Tls tls;
  private final boolean required;
  private @Nullable Future<?> limit;

  TlsDetector(Connection connection, Tls tls, boolean required) {
    this.connection = connection;
    this.tls = tls;
    this.required = required;
  }

  /** Where TLS is required the handshake has begun when the connection is there. */
  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (required) {
      long ms = connection.context().limits.get(Limit.HANDSHAKE_MS);
      limit = ctx.executor().schedule(connection::end, ms, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (limit != null) {
      limit.cancel(false);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    byte first = in.getByte(in.readerIndex());
    if (!connection.open()) {
      in.skipBytes(in.readableBytes());
    } else if (first == HANDSHAKE) {
      begin(ctx);
    } else if (required) {
      Drain.begin((SocketChannel) ctx.channel());
      in.skipBytes(in.readableBytes());
      connection.refusePlain(first);
    } else {
      ctx.pipeline().remove(this);
    }
  }

  private void begin(ChannelHandlerContext ctx) {
    TransportLimits limits = connection.context().limits;
    ctx.pipeline()
        .addAfter(ctx.name(), null, new TlsEvents(connection))
        .addAfter(ctx.name(), null, tls.handler(ctx.alloc(), limits))
        .remove(this);
  }
}
