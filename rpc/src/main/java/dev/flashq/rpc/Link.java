package dev.flashq.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.rpc.Frame.MalformedException;
import dev.flashq.rpc.Frame.Type;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls of this member to another one, and the connection for them, which is made again and
 * again until it is there. All but {@link #call} for the event loop.
 */
final class Link {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  private static final int CONNECT_MS = 1_000;
  private static final long FIRST_RETRY_MS = 20;
  private static final long LAST_RETRY_MS = 200;

  /** Bytes that may wait to be written, in greatest messages. */
  private static final int WAITING_MESSAGES = 4;

  private final RpcSettings settings;
  private final PeerAddress peer;
  private final PeerTls tls;
  private final Passports passports;
  private final EventLoop loop;
  private final RareLog rarely;
  private final Consumer<String> connected;
  private final Map<Long, Call> calls = new HashMap<>();
  private long lastCall;
  private long retryMs = FIRST_RETRY_MS;

  /** Of attempts to connect; what belongs to an earlier one is over. */
  private long attempt;

  private @Nullable ScheduledFuture<?> retry;
  private @Nullable Outbound connection;
  private volatile boolean isUp;
  private @Nullable ScheduledFuture<?> sweep;
  private long sweepAt = Long.MAX_VALUE;
  private boolean closed;

  private record Call(Outgoing message, long deadline, Callback callback) {}

  Link(
      RpcSettings settings,
      PeerAddress peer,
      PeerTls tls,
      Passports passports,
      EventLoop loop,
      RareLog rarely,
      Consumer<String> connected) {
    this.connected = connected;
    this.rarely = rarely;
    this.settings = settings;
    this.peer = peer;
    this.tls = tls;
    this.passports = passports;
    this.loop = loop;
  }

  boolean isUp() {
    return isUp;
  }

  /** For any thread; the callback runs on the event loop, once, never before this returns. */
  void call(int kind, Lane lane, Message message, long timeoutMs, Callback callback) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    try {
      loop.execute(() -> begin(kind, lane, message, deadline, callback));
    } catch (RejectedExecutionException _) {
      callback.failed(new CallFailedException("this node stops", true));
    }
  }

  private void begin(int kind, Lane lane, Message message, long deadline, Callback callback) {
    Outbound current = connection;
    if (current == null || !isUp) {
      callback.failed(new CallFailedException("no connection with " + peer, true));
      return;
    }
    long number = ++lastCall;
    var outgoing = new Outgoing(Type.CALL, kind, number, lane, message);
    calls.put(number, new Call(outgoing, deadline, callback));
    current.send(outgoing);
    sweepBy(deadline);
  }

  private void sweepBy(long deadline) {
    if (sweep != null && sweepAt - deadline <= 0) {
      return;
    }
    if (sweep != null) {
      sweep.cancel(false);
    }
    sweepAt = deadline;
    sweep =
        loop.schedule(this::sweep, Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private void sweep() {
    sweep = null;
    long now = System.nanoTime();
    long next = Long.MAX_VALUE;
    for (Map.Entry<Long, Call> entry : Map.copyOf(calls).entrySet()) {
      long left = entry.getValue().deadline - now;
      if (left <= 0) {
        fail(entry.getKey(), "no answer from " + peer + " in time");
      } else {
        next = Math.min(next, left);
      }
    }
    if (next != Long.MAX_VALUE && sweep == null) {
      sweepBy(now + next);
    }
  }

  private void fail(long number, String sentence) {
    Call call = calls.remove(number);
    if (call != null) {
      call.callback.failed(new CallFailedException(sentence, call.message.cancel()));
    }
  }

  private void failAll(String sentence) {
    Map.copyOf(calls).keySet().stream().sorted().forEach(number -> fail(number, sentence));
  }

  /** Drops the connection that there is, and makes another. */
  void renew() {
    drop("it is made anew");
    retryMs = FIRST_RETRY_MS;
    if (retry != null) {
      retry.cancel(false);
    }
    connect();
  }

  private void drop(String why) {
    Outbound current = connection;
    connection = null;
    isUp = false;
    attempt++;
    if (current != null) {
      current.channel().close();
    }
    failAll("the connection with " + peer + " has ended: " + why);
  }

  /** Connects, and goes on trying. */
  void connect() {
    retry = null;
    if (closed) {
      return;
    }
    long mine = ++attempt;
    // The name of a host may take seconds to look up.
    Thread.ofVirtual()
        .name("resolving-" + peer.id())
        .start(
            () -> {
              try {
                var address = InetAddress.getByName(peer.host());
                loop.execute(() -> connect(mine, new InetSocketAddress(address, peer.port())));
              } catch (UnknownHostException e) {
                loop.execute(() -> down(mine, "its host is not known"));
              } catch (RejectedExecutionException e) {
                LOG.debug("The node stops, {} is not called", peer);
              }
            });
  }

  private void connect(long mine, InetSocketAddress address) {
    if (mine != attempt || closed) {
      return;
    }
    var _ =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MS)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, PeerNetwork.WATER_MARK)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler secured = tls.calling(channel.alloc(), peer);
                    var outbound = new Outbound(channel, mine, secured);
                    channel.pipeline().addLast(secured, outbound);
                    connection = outbound;
                  }
                })
            .connect(address)
            .addListener(
                future -> {
                  if (!future.isSuccess()) {
                    down(mine, String.valueOf(future.cause()));
                  }
                });
  }

  private void down(long mine, String why) {
    if (mine != attempt || closed) {
      return;
    }
    boolean wasUp = isUp;
    drop(why);
    if (wasUp) {
      LOG.info("The connection to {} has ended: {}", peer, why);
      retryMs = FIRST_RETRY_MS;
    } else {
      LOG.debug("There is no connection to {}: {}", peer, why);
    }
    retry = loop.schedule((Runnable) this::connect, retryMs, TimeUnit.MILLISECONDS);
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }

  private void up() {
    LOG.info("There is a connection to {}", peer);
    retryMs = FIRST_RETRY_MS;
    isUp = true;
    connected.accept(peer.id());
  }

  void close() {
    closed = true;
    if (retry != null) {
      retry.cancel(false);
    }
    if (sweep != null) {
      sweep.cancel(false);
    }
    drop("this node stops");
  }

  /** One connection to the member. */
  private final class Outbound extends Wire {
    private final long mine;
    private final SslHandler secured;

    Outbound(Channel channel, long mine, SslHandler secured) {
      super(
          channel,
          Answer.SENTENCE_CHARS,
          (long) WAITING_MESSAGES * settings.messageBytes(),
          rarely);
      this.mine = mine;
      this.secured = secured;
    }

    @Override
    String other() {
      return peer.toString();
    }

    @Override
    void secured() throws MalformedException {
      Optional<String> refusal = passports.refuse(secured.engine(), peer);
      if (refusal.isPresent()) {
        throw new MalformedException("it is somebody else, " + refusal.get());
      }
      var hello = new Hello(Hello.VERSION, settings.cluster(), settings.self().id(), peer.id());
      send(new Outgoing(Type.HELLO, 0, 0, Lane.URGENT, hello.encode()));
    }

    @Override
    void received(Frame last, byte[] message) throws MalformedException {
      switch (last.type()) {
        case WELCOME -> {
          if (isUp || mine != attempt) {
            throw new MalformedException("an untimely welcome");
          }
          allow(settings.messageBytes());
          up();
        }
        case ANSWER -> {
          Call call = calls.remove(last.call());
          if (call != null) {
            call.callback.answered(message);
          }
        }
        case FAILURE -> fail(last.call(), new String(message, UTF_8));
        default -> throw new MalformedException("a frame of type " + last.type());
      }
    }

    @Override
    void refused(Outgoing message) {
      fail(message.call(), "too much waits to be sent to " + peer);
    }

    @Override
    void ended() {
      down(mine, "closed");
    }
  }
}
