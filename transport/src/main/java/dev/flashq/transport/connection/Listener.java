package dev.flashq.transport.connection;

import dev.flashq.protocol.Limits;
import dev.flashq.transport.ListenException;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One port with its connections. */
public final class Listener implements AutoCloseable {
  /**
   * Bytes of answers in a channel above which no more are written to it until most of them have
   * gone.
   */
  static final int WRITE_BYTES = 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(WRITE_BYTES / 4, WRITE_BYTES);

  private static final int BACKLOG = 1024;

  /** Questions to a silent peer, in the second half of the time that it may be silent. */
  private static final int PROBES = 3;

  /** Looks after lost peers in the time that a peer may be silent. */
  private static final int LOOKS = 6;

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

  private final ListenerSettings settings;
  private final TransportContext context;
  private final Dialect dialect;
  private final Doorkeeper doorkeeper;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

  /** Those that may only ask for the node's health, the oldest first. */
  private final Queue<Connection> surplus = new ConcurrentLinkedQueue<>();

  private final EventLoopGroup loops;
  private final LostPeers lostPeers;
  private final ScheduledExecutorService watch;
  private volatile boolean closing;
  private @Nullable Channel channel;

  /** What is spoken at a port. */
  @FunctionalInterface
  public interface Dialect {
    Protocol protocol(Connection connection);

    /** Whether a request may name whom a proxy sends it for. */
    default boolean forwarding() {
      return false;
    }

    /** Adds what stands between the socket and the connection. */
    default void addCodec(ChannelPipeline pipeline) {}
  }

  public Listener(ListenerSettings settings, TransportContext context, Dialect dialect) {
    this.settings = settings;
    this.context = context;
    this.dialect = dialect;
    this.doorkeeper =
        new Doorkeeper(settings.name(), settings.entrance(), context, dialect.forwarding());
    this.loops =
        new MultiThreadIoEventLoopGroup(
            settings.threads(),
            new DefaultThreadFactory(settings.name(), true),
            NioIoHandler.newFactory());
    this.lostPeers = LostPeers.after(context.limits.get(Limit.SILENT_MS));
    this.watch =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name(settings.name() + "-lost-peers").factory());
  }

  /** Begins to listen, and answers the port; fails with a sentence for the operator. */
  public int start() {
    ChannelFuture bound = bootstrap().bind(settings.address()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new ListenException(
          "cannot listen on "
              + settings.address().getHostString()
              + ":"
              + settings.address().getPort()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    channel = bound.channel();
    int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    long everyMs = Math.max(1, context.limits.get(Limit.SILENT_MS) / LOOKS);
    var _ =
        watch.scheduleWithFixedDelay(
            () -> closeLost(port), everyMs, everyMs, TimeUnit.MILLISECONDS);
    return port;
  }

  private void closeLost(int port) {
    try {
      Set<InetSocketAddress> lost = lostPeers.look(port);
      if (!lost.isEmpty()) {
        connections.stream()
            .filter(connection -> lost.contains(connection.channel().remoteAddress()))
            .forEach(connection -> connection.channel().close());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("The kernel's table of connections cannot be read", e);
    }
  }

  private ServerBootstrap bootstrap() {
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), probeSeconds(3))
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), probeSeconds(1))
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(new Pipeline());
  }

  /** A peer that answers no probe is gone after all of {@link Limit#SILENT_MS}. */
  private int probeSeconds(int parts) {
    long part = context.limits.get(Limit.SILENT_MS) / (2 * PROBES);
    return (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(parts * part));
  }

  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel accepted) {
      InetSocketAddress peer = accepted.remoteAddress();
      if (peer == null || !doorkeeper.admitsPeer(peer.getAddress())) {
        accepted.close();
        return;
      }
      Connection connection =
          new Connection(Listener.this, context, accepted, new Origin(peer.getAddress()), dialect);
      ChannelPipeline pipeline = accepted.pipeline();
      if (!settings.entrance().proxies().isEmpty()) {
        pipeline.addLast(new ProxyDetector(connection, doorkeeper));
      }
      Tls tls = settings.entrance().tls();
      if (tls != null) {
        boolean required = settings.entrance().mode() == TlsMode.REQUIRED;
        pipeline.addLast(new TlsDetector(connection, tls, required));
      }
      if (settings.idleMs() != ListenerSettings.NEVER) {
        pipeline.addLast(new IdleStateHandler(0, 0, settings.idleMs(), TimeUnit.MILLISECONDS));
      }
      dialect.addCodec(pipeline);
      pipeline.addLast(connection);
    }
  }

  Doorkeeper doorkeeper() {
    return doorkeeper;
  }

  void opened(Connection connection) {
    context.stats.connectionsTotal.increment();
    context.stats.connectionsOpen.increment();
    connections.add(connection);
    if (closing) {
      connection.stop();
    }
  }

  void closed(Connection connection) {
    connections.remove(connection);
    if (connection.surplus()) {
      surplus.remove(connection);
    }
    context.stats.connectionsOpen.decrement();
  }

  /** Notes a connection above the limit; the oldest of those gives way. */
  void surplus(Connection connection) {
    surplus.add(connection);
    if (surplus.size() > Limits.HEALTH_CONNECTIONS) {
      Connection oldest = surplus.poll();
      if (oldest != null) {
        oldest.endLater();
      }
    }
  }

  /** Whether there are more connections than there may be. */
  boolean crowded() {
    return connections.size() > context.limits.get(Limit.CONNECTIONS);
  }

  /** It has changed who may do what. For any thread; returns at once. */
  public void recheck() {
    for (Connection connection : connections) {
      try {
        connection.recheckLater();
      } catch (RejectedExecutionException _) {
        // The server has stopped.
      }
    }
  }

  /** Connections that are open. */
  public int connections() {
    return connections.size();
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
    closing = true;
    watch.shutdownNow();
    Channel listening = channel;
    if (listening != null) {
      listening.close().syncUninterruptibly();
    }
    connections.forEach(Connection::stopLater);
    awaitEnds();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void awaitEnds() {
    long end =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(context.limits.get(Limit.SHUTDOWN_MS));
    while (!connections.isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
