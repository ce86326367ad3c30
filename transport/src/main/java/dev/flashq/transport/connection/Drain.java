package dev.flashq.transport.connection;

import dev.flashq.protocol.Limits;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * Stands next to the socket when nothing more is to be understood: drops what comes, and closes so
 * that the client can read what it was told last.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A task that finds the channel closed does nothing.
final class Drain extends ChannelDuplexHandler {
  private boolean inputEnded;
  private boolean lingers;

  /** Nothing more is understood from now on. */
  static void begin(SocketChannel channel) {
    if (channel.pipeline().get(Drain.class) == null) {
      channel.pipeline().addFirst(new Drain());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      if (lingers) {
        ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    SocketChannel channel = (SocketChannel) ctx.channel();
    if (lingers) {
      channel.closeFuture().addListener(_ -> promise.trySuccess());
      return;
    }
    if (inputEnded || !channel.isActive() || channel.isOutputShutdown()) {
      ctx.close(promise);
      return;
    }
    lingers = true;
    channel.config().setAutoRead(true);
    channel.shutdownOutput();
    ctx.executor().schedule(() -> ctx.close(promise), Limits.LINGER_MS, TimeUnit.MILLISECONDS);
  }
}
