package dev.flashq.rpc;

import dev.flashq.security.PeerCredentials;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a member listens for the others, and its connections to them. Nobody but members is let in,
 * and nothing but calls of ours.
 */
public final class PeerNetwork implements AutoCloseable {
  static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(2 * Frame.PART_BYTES, 4 * Frame.PART_BYTES);

  private static final Logger LOG = LoggerFactory.getLogger(PeerNetwork.class);
  private static final int BACKLOG = 64;

  /** Connections of which it is not known yet whose they are; one more, and the oldest must go. */
  static final int STRANGERS = 64;

  /** Milliseconds after which a connection is closed that has not said whose it is. */
  static final long STRANGER_MS = 5_000;

  private final RpcSettings settings;
  private final PeerHandler handler;
  private final PeerTls tls;
  private final Passports passports;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final RareLog rarely = new RareLog(LOG);
  private final Map<String, Link> links = new HashMap<>();
  private @Nullable Channel listening;

  /** For the event loop, as is what follows. */
  private final Deque<Inbound> strangers = new ArrayDeque<>();

  private final Map<String, Inbound> callers = new LinkedHashMap<>();

  public PeerNetwork(RpcSettings settings, PeerCredentials credentials, PeerHandler handler) {
    this.settings = settings;
    this.handler = handler;
    this.tls = new PeerTls(credentials);
    this.passports = new Passports(credentials, settings.members());
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("peers-" + settings.self().id(), true),
            NioIoHandler.newFactory());
    this.loop = group.next();
    for (PeerAddress member : settings.members()) {
      if (!member.id().equals(settings.self().id())) {
        links.put(
            member.id(),
            new Link(settings, member, tls, passports, loop, rarely, handler::connected));
      }
    }
  }

  /** Listens, and begins to connect to the others. */
  public void start() throws IOException {
    PeerAddress self = settings.self();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(new Entrance())
            .bind(new InetSocketAddress(self.host(), self.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "The peer address "
              + self.host()
              + ":"
              + self.port()
              + " cannot be bound: "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listening = bound.channel();
    links.values().forEach(link -> loop.execute(link::connect));
  }

  private final class Entrance extends ChannelInitializer<Channel> implements Inbound.Door {
    @Override
    protected void initChannel(Channel accepted) {
      SslHandler secured = tls.accepting(accepted.alloc());
      var inbound = new Inbound(accepted, settings, passports, secured, handler, this, rarely);
      if (strangers.size() == STRANGERS) {
        strangers.removeFirst().close("too many have not said who they are");
      }
      strangers.addLast(inbound);
      accepted.pipeline().addLast(secured, inbound);
      var _ =
          loop.schedule(
              () -> {
                if (strangers.contains(inbound)) {
                  inbound.close("it has not said who it is");
                }
              },
              STRANGER_MS,
              TimeUnit.MILLISECONDS);
    }

    @Override
    public void known(Inbound connection, String member) {
      strangers.remove(connection);
      LOG.debug("{} has connected", member);
      Inbound before = callers.put(member, connection);
      if (before != null) {
        before.close("there is a newer one");
      }
    }

    @Override
    public void closed(Inbound connection, @Nullable String member) {
      strangers.remove(connection);
      if (member != null && callers.remove(member, connection)) {
        handler.lost(member);
      }
    }
  }

  /**
   * Calls another member. For any thread.
   *
   * @param kind from 0 to 255, for its handler
   * @param timeoutMs after which there is no answer any more
   * @param callback runs on the event loop
   */
  public void call(
      String member, int kind, Lane lane, Message message, long timeoutMs, Callback callback) {
    Link link = links.get(member);
    if (link == null) {
      throw new IllegalArgumentException(member + " is no other member");
    }
    link.call(kind, lane, message, timeoutMs, callback);
  }

  /**
   * The same, with a future that completes on the event loop; fails with {@link
   * CallFailedException}.
   */
  public CompletableFuture<byte[]> ask(
      String member, int kind, Lane lane, Message message, long timeoutMs) {
    var answer = new CompletableFuture<byte[]>();
    call(
        member,
        kind,
        lane,
        message,
        timeoutMs,
        new Callback() {
          @Override
          public void answered(byte[] bytes) {
            answer.complete(bytes);
          }

          @Override
          public void failed(CallFailedException failure) {
            answer.completeExceptionally(failure);
          }
        });
    return answer;
  }

  /** Whether there is a connection over which the member can be called. */
  public boolean isConnected(String member) {
    Link link = links.get(member);
    return link != null && link.isUp();
  }

  /** Whether there is a connection over which the member calls. For the event loop. */
  public boolean isCalledBy(String member) {
    return callers.containsKey(member);
  }

  /** Drops the connection to the member, with the calls on it, and makes another. */
  public void renew(String member) {
    Link link = links.get(member);
    if (link != null) {
      execute(link::renew);
    }
  }

  /**
   * Runs the task on the event loop, the thread that handles calls, behind those that it was given
   * before. Has no effect when the network has been closed.
   */
  public void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("The node stops", e);
    }
  }

  /** The same after so many microseconds; cancel it by the answer. */
  public Runnable after(long micros, Runnable task) {
    try {
      var scheduled = loop.schedule(task, micros, TimeUnit.MICROSECONDS);
      return () -> scheduled.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.debug("The node stops", e);
      return () -> {};
    }
  }

  @Override
  public void close() {
    Channel port = listening;
    if (port != null) {
      port.close().awaitUninterruptibly();
    }
    try {
      loop.submit(
              () -> {
                links.values().forEach(Link::close);
                strangers.forEach(one -> one.channel().close());
                callers.values().forEach(one -> one.channel().close());
              })
          .awaitUninterruptibly();
    } catch (RejectedExecutionException e) {
      LOG.debug("It was closed before", e);
    }
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    tls.close();
  }
}
