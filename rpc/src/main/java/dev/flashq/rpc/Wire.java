package dev.flashq.rpc;

import dev.flashq.rpc.Frame.MalformedException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection between two members, in whichever direction the calls go. */
abstract class Wire extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Wire.class);

  private final Channel channel;
  private final FrameReader reader;
  private final Outbox outbox;
  private final RareLog rarely;
  private final Queue<Outgoing> handedOver = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean pumpIsDue = new AtomicBoolean();

  /**
   * @param firstBytes of the greatest message before the other one has shown who it is
   * @param outboxBytes that may wait to be written
   * @param rarely for what the other one does wrong
   */
  Wire(Channel channel, int firstBytes, long outboxBytes, RareLog rarely) {
    this.rarely = rarely;
    this.channel = channel;
    this.reader = new FrameReader(firstBytes, this::received);
    this.outbox = new Outbox(channel, outboxBytes);
  }

  /** The connection is encrypted, and the other one has a certificate of our authority. */
  abstract void secured() throws MalformedException;

  abstract void received(Frame last, byte[] message) throws MalformedException;

  /** The connection has ended; called once. */
  abstract void ended();

  /** Who is at the other end, for the log. */
  abstract String other();

  /** A message is about to wait for its turn. */
  void leaving(Outgoing message) {}

  /** More waits than may. */
  abstract void refused(Outgoing message);

  final Channel channel() {
    return channel;
  }

  final void allow(int bytes) {
    reader.allow(bytes);
  }

  /** Sends it soon; for any thread. Those of one thread and lane keep their order. */
  final void send(Outgoing message) {
    handedOver.add(message);
    if (!pumpIsDue.get() && pumpIsDue.compareAndSet(false, true)) {
      try {
        channel.eventLoop().execute(this::pump);
      } catch (RejectedExecutionException e) {
        LOG.debug("The node stops, nothing is sent any more", e);
      }
    }
  }

  private void pump() {
    pumpIsDue.set(false);
    for (Outgoing next = handedOver.poll(); next != null; next = handedOver.poll()) {
      leaving(next);
      if (!outbox.add(next)) {
        refused(next);
      }
    }
    outbox.pump();
  }

  final void close(String why) {
    if (channel.isOpen()) {
      LOG.debug("The connection with {} is closed: {}", channel.remoteAddress(), why);
      channel.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        guarded(this::secured);
      } else {
        LOG.debug("No TLS with {}", channel.remoteAddress(), handshake.cause());
        channel.close();
      }
    }
    context.fireUserEventTriggered(event);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      guarded(() -> reader.read((ByteBuf) message));
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private interface Step {
    void run() throws MalformedException;
  }

  private void guarded(Step step) {
    if (!channel.isOpen()) {
      return;
    }
    try {
      step.run();
    } catch (MalformedException e) {
      rarely.warn(other(), String.valueOf(e.getMessage()));
      channel.close();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      outbox.pump();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("The connection with {} is broken", channel.remoteAddress(), cause);
    channel.close();
  }
}
