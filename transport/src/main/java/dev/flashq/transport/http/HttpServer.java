package dev.flashq.transport.http;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.CommandGateway;
import dev.flashq.transport.Listening;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.TransportStats;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Serves the HTTP API on one address. */
public final class HttpServer implements AutoCloseable {
  /** Threads for the operational endpoints, and requests that may wait for one. */
  private static final int OPS_THREADS = 2;

  private static final int OPS_WAITING = 64;
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final HttpSettings settings;
  private final ThreadPoolExecutor opsThreads;
  private final HttpContext context;
  private final Responses responses;
  private final EventLoopGroup loops;
  private @Nullable Channel listener;

  public HttpServer(
      HttpSettings settings,
      CommandGateway gateway,
      TokenCheck tokens,
      TransportStats stats,
      OpsEndpoints ops) {
    this.settings = settings;
    this.opsThreads =
        new ThreadPoolExecutor(
            OPS_THREADS,
            OPS_THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(OPS_WAITING),
            new DefaultThreadFactory("ops-endpoint", true));
    opsThreads.allowCoreThreadTimeOut(true);
    this.context = HttpContext.of(settings, gateway, tokens, stats, ops, opsThreads);
    this.responses = new Responses(stats);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            settings.threads(), new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
  }

  /** Begins to listen, and answers the port. */
  public int start() {
    Channel bound =
        Listening.on(
            settings.address(),
            new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new Pipeline()));
    listener = bound;
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      HttpDecoderConfig decoding =
          new HttpDecoderConfig()
              .setMaxInitialLineLength(Limits.HTTP_LINE_BYTES)
              .setMaxHeaderSize(Limits.HTTP_HEADER_BYTES);
      // TLS goes here, in front of everything.
      channel
          .pipeline()
          .addLast(new IdleStateHandler(0, 0, Limits.HTTP_IDLE_MS, TimeUnit.MILLISECONDS))
          .addLast(new HttpRequestDecoder(decoding))
          .addLast(new HttpResponseEncoder())
          .addLast(new HttpConnection(context, channel, responses));
    }
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
    context.connections().forEach(HttpConnection::stopLater);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.limits().shutdownMs());
    while (!context.connections().isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(POLL_NS);
    }
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    opsThreads.shutdownNow();
  }
}
