package dev.flashq.transport.tcp;

import dev.flashq.statemachine.CommandGateway;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.Listening;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.TransportStats;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Serves the TCP protocol on one address. */
public final class TcpServer implements AutoCloseable {
  /**
   * Bytes of answers in a channel above which no more are written to it until most of them have
   * gone.
   */
  static final int WRITE_BYTES = 1024 * 1024;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(WRITE_BYTES / 4, WRITE_BYTES);

  private static final int BACKLOG = 1024;
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final TcpSettings settings;
  private final TcpContext context;
  private final EventLoopGroup loops;
  private @Nullable Channel listener;

  public TcpServer(
      TcpSettings settings,
      CommandGateway gateway,
      TokenCheck tokens,
      TransportStats stats,
      ClusterHints hints) {
    this.settings = settings;
    this.context = new TcpContext(gateway, tokens, stats, settings.limits(), hints);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            settings.threads(), new DefaultThreadFactory("tcp", true), NioIoHandler.newFactory());
  }

  /** Begins to listen, and answers the port. */
  public int start() {
    Channel bound =
        Listening.on(
            settings.address(),
            new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new Pipeline()));
    listener = bound;
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      // TLS goes here, in front of everything.
      channel.pipeline().addLast(new Connection(context, channel));
    }
  }

  /** For tests: what is under way. */
  TcpContext context() {
    return context;
  }

  /**
   * Accepts nobody any more, answers what is open, and closes the connections gently; takes a
   * bounded time.
   */
  @Override
  public void close() {
    if (loops.isShuttingDown()) {
      return;
    }
    Channel listening = listener;
    if (listening != null) {
      listening.close().syncUninterruptibly();
    }
    for (Connection connection : context.connections) {
      connection.stopLater();
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.limits().shutdownMs());
    while (!context.connections.isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(POLL_NS);
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
