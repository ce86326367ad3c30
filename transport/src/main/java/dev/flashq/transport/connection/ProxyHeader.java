package dev.flashq.transport.connection;

import dev.flashq.security.Cidr;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Learns from the header of a trusted proxy whom a connection comes from, and leaves. */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
  private final Connection connection;
  private final Doorkeeper doorkeeper;
  private boolean refused;
  private @Nullable Future<?> limit;

  ProxyHeader(Connection connection, Doorkeeper doorkeeper) {
    this.connection = connection;
    this.doorkeeper = doorkeeper;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long ms = connection.context().limits.get(Limit.HANDSHAKE_MS);
    limit = ctx.executor().schedule(() -> ctx.channel().close(), ms, TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (limit != null) {
      limit.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!refused && message instanceof HAProxyMessage header) {
        client(header).ifPresent(connection::speaksFor);
        goOn(ctx);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** Empty when the proxy speaks for itself, as when it asks whether the node is there. */
  private static Optional<InetAddress> client(HAProxyMessage header) {
    AddressFamily family = header.proxiedProtocol().addressFamily();
    return family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6
        ? Optional.ofNullable(header.sourceAddress()).map(Cidr::address)
        : Optional.empty();
  }

  /** What follows the header is passed on by the decoder, when this handler has gone. */
  private void goOn(ChannelHandlerContext ctx) {
    if (doorkeeper.admitsConnection(connection.clientAddress())) {
      ctx.pipeline().remove(this);
    } else {
      refused = true;
      ctx.channel().close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof HAProxyProtocolException || cause instanceof IllegalArgumentException) {
      refused = true;
      doorkeeper.refuse(connection.clientAddress(), "has sent no good header of a proxy");
      ctx.channel().close();
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }
}
