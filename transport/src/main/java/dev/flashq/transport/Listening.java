package dev.flashq.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;

/** Takes a port, or says which one could not be taken. */
public final class Listening {
  private Listening() {}

  /** The channel that listens; fails with a sentence for the operator. */
  public static Channel on(InetSocketAddress address, ServerBootstrap bootstrap) {
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new ListenException(
          "cannot listen on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    return bound.channel();
  }
}
