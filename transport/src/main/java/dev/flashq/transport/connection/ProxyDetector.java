package dev.flashq.transport.connection;

import dev.flashq.transport.TransportLimits.Limit;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees whether a connection begins with a header of the PROXY protocol, which only trusted proxies
 * may send, and leaves. They need not send one.
 */
final class ProxyDetector extends ByteToMessageDecoder {
  private static final byte[] TEXT = {'P', 'R', 'O', 'X', 'Y', ' '};
  private static final byte[] BINARY = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };

  /** Bytes of what a binary header may have besides addresses; none of it is of use here. */
  private static final int EXTENSION_BYTES = 4096;

  private final Connection connection;
  private final Doorkeeper doorkeeper;
  private boolean refused;
  private @Nullable Future<?> limit;

  ProxyDetector(Connection connection, Doorkeeper doorkeeper) {
    this.connection = connection;
    this.doorkeeper = doorkeeper;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (refused) {
      in.skipBytes(in.readableBytes());
    } else if (!agrees(in, TEXT) && !agrees(in, BINARY)) {
      goOn(ctx, in);
    } else if (in.readableBytes() < (agrees(in, TEXT) ? TEXT : BINARY).length) {
      limit(ctx);
    } else if (doorkeeper.trusts(connection.clientAddress())) {
      readHeader(ctx);
    } else {
      doorkeeper.refuse(connection.clientAddress(), "speaks for others and is no trusted proxy");
      refuse(ctx, in);
    }
  }

  /** Whether the input is the beginning, or begins with all, of a signature. */
  private static boolean agrees(ByteBuf in, byte[] signature) {
    int length = Math.min(in.readableBytes(), signature.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private void goOn(ChannelHandlerContext ctx, ByteBuf in) {
    if (doorkeeper.admitsConnection(connection.clientAddress())) {
      ctx.pipeline().remove(this);
    } else {
      refuse(ctx, in);
    }
  }

  private void refuse(ChannelHandlerContext ctx, ByteBuf in) {
    refused = true;
    in.skipBytes(in.readableBytes());
    ctx.channel().close();
  }

  private void readHeader(ChannelHandlerContext ctx) {
    ctx.pipeline()
        .addAfter(ctx.name(), null, new ProxyHeader(connection, doorkeeper))
        .addAfter(ctx.name(), null, new HAProxyMessageDecoder(EXTENSION_BYTES))
        .remove(this);
  }

  private void limit(ChannelHandlerContext ctx) {
    if (limit == null) {
      long ms = connection.context().limits.get(Limit.HANDSHAKE_MS);
      limit = ctx.executor().schedule(() -> ctx.channel().close(), ms, TimeUnit.MILLISECONDS);
    }
  }

  /** What might have become a signature is none. */
  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (!refused && in.isReadable() && !ctx.isRemoved()) {
      goOn(ctx, in);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (limit != null) {
      limit.cancel(false);
    }
  }
}
