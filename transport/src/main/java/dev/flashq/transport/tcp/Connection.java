package dev.flashq.transport.tcp;

import static dev.flashq.protocol.ErrorCode.FRAME_TOO_LARGE;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.Budget;
import dev.flashq.transport.Partial;
import dev.flashq.transport.wire.Encoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: bytes in, flow control, and how it ends. Everything runs on the channel's
 * event loop. A connection is never reset: what the client still sends is read and dropped until it
 * has seen the end.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty reports failures of the channel by closing it.
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final Refused TOO_LARGE = new Refused(FRAME_TOO_LARGE, "Message too large");

  private enum Phase {
    OPEN,
    /**
     * The server stops: requests are refused, and the connection ends when all have been answered.
     */
    STOPPING,
    /** Nothing more is read; the connection ends when all requests have been answered. */
    ENDING,
    /** Everything was answered; the client has been told that nothing more comes. */
    ENDED
  }

  private final TcpContext context;
  private final SocketChannel channel;
  private Phase phase = Phase.OPEN;

  /** Set by the first byte, which tells the encoding. */
  private @Nullable Framer framer;

  private @Nullable Session session;
  private @Nullable Answers answers;

  /** Bytes that were read and not cut into frames yet. */
  private ByteBuf unread = Unpooled.EMPTY_BUFFER;

  /** Whether the framer's frame waits for room in the budget of commands. */
  private boolean parked;

  /** Frames that were complete when the clock for a large unfinished one was last started. */
  private long timedFrame = -1;

  private boolean awaitingRoom;
  private boolean inputEnded;
  private boolean decoding;

  Connection(TcpContext context, SocketChannel channel) {
    this.context = context;
    this.channel = channel;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context.stats.connectionsTotal.increment();
    context.stats.connectionsOpen.increment();
    context.connections.add(this);
    if (context.connections.size() > context.limits.connections()) {
      end();
    } else if (!context.tokens.open()) {
      later(context.limits.authenticationMs(), this::endUnlessAuthenticated);
    }
  }

  private void later(long ms, Runnable task) {
    channel.eventLoop().schedule(task, ms, TimeUnit.MILLISECONDS);
  }

  private void endUnlessAuthenticated() {
    if (session == null || !session.authenticated()) {
      end();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    context.stats.bytesIn.add(in.readableBytes());
    if (phase == Phase.ENDING || phase == Phase.ENDED) {
      in.release();
      return;
    }
    unread = join(unread, in);
    decode();
  }

  /** There is a rest only when reading was stopped, or of a few bytes in front of a frame. */
  private ByteBuf join(ByteBuf rest, ByteBuf in) {
    if (!rest.isReadable()) {
      rest.release();
      return in;
    }
    ByteBuf both =
        channel
            .alloc()
            .buffer(rest.readableBytes() + in.readableBytes())
            .writeBytes(rest)
            .writeBytes(in);
    rest.release();
    in.release();
    return both;
  }

  /**
   * Starts requests as long as there are complete ones and room for them, and reads on only then.
   */
  private void decode() {
    if (decoding) {
      return;
    }
    decoding = true;
    try {
      while (flowing() && nextRequest()) {
        forgetRead();
      }
    } catch (Framer.TooLargeException e) {
      tooLarge();
    } finally {
      decoding = false;
    }
    forgetRead();
    boolean read = !reading() || flowing();
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
  }

  private void forgetRead() {
    if (!unread.isReadable()) {
      unread.release();
      unread = Unpooled.EMPTY_BUFFER;
    }
  }

  private boolean reading() {
    return phase == Phase.OPEN || phase == Phase.STOPPING;
  }

  private boolean flowing() {
    return reading()
        && !awaitingRoom
        && channel.isWritable()
        && (answers == null || answers.room());
  }

  /** Starts one request; false if none is complete, or if there is no room for it. */
  private boolean nextRequest() {
    if (!parked && !unread.isReadable()) {
      return false;
    }
    Framer frames = framer();
    if (!parked && !frames.next(unread)) {
      incomplete(frames);
      return false;
    }
    if (!context.commands.tryTake(frames.length())) {
      parked = true;
      awaitRoom(context.commands, frames.length());
      return false;
    }
    parked = false;
    handle(frames);
    return true;
  }

  private void handle(Framer frames) {
    Session talk = Objects.requireNonNull(session);
    byte[] frame = frames.frame();
    frames.forget();
    talk.handle(frame, frames.length(), phase == Phase.STOPPING);
    frames.limit(limit());
    if (talk.guessing()) {
      end();
    }
  }

  private int limit() {
    return session != null && session.authenticated()
        ? Limits.FRAME_BYTES
        : Limits.UNAUTHENTICATED_FRAME_BYTES;
  }

  private void incomplete(Framer frames) {
    if (frames.starving()) {
      awaitRoom(context.assembly, frames.wanted());
    } else if (frames.partial.large() && timedFrame != frames.count()) {
      long count = frames.count();
      timedFrame = count;
      later(Limits.FRAME_MS, () -> endIfStillAt(count));
    }
  }

  private void endIfStillAt(long frameCount) {
    if (framer != null && framer.count() == frameCount) {
      end();
    }
  }

  private void awaitRoom(Budget budget, long size) {
    awaitingRoom = true;
    budget.awaitRoom(size, () -> roomAgainLater(budget));
  }

  /** Called by any thread. */
  private void roomAgainLater(Budget budget) {
    try {
      channel.eventLoop().execute(() -> roomAgain(budget));
    } catch (RejectedExecutionException e) {
      LOG.debug("The server has stopped", e);
    }
  }

  private void roomAgain(Budget budget) {
    awaitingRoom = false;
    resume();
    budget.passOn();
  }

  /** The first byte tells: JSON begins with a brace or an empty line, a length never does. */
  private Framer framer() {
    if (framer == null) {
      byte first = unread.getByte(unread.readerIndex());
      boolean text = first == '{' || first == '\n' || first == '\r';
      Encoding encoding = text ? Encoding.JSON : Encoding.MESSAGE_PACK;
      answers = new Answers(context, this, channel, new AnswerEncoder(encoding, context.stats));
      session = new Session(context, answers, encoding);
      Partial partial = new Partial(context.assembly);
      framer = text ? new LineFramer(partial, limit()) : new LengthFramer(partial, limit());
    }
    return framer;
  }

  private void tooLarge() {
    if (session != null) {
      session.refuse(TOO_LARGE);
    }
    end();
  }

  /** Goes on after answers were written or room was found. */
  private void resume() {
    if (reading()) {
      decode();
    }
    endIfIdle();
  }

  /** Called when answers have been written or dropped. */
  void afterAnswers() {
    resume();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      if (answers != null) {
        answers.write();
      }
      resume();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputEnded = true;
      if (phase == Phase.ENDED) {
        channel.close();
      } else {
        lastRequest();
        end();
      }
    }
  }

  /** A last line may have no end. */
  private void lastRequest() {
    if (reading() && framer != null && framer.last() && context.commands.tryTake(framer.length())) {
      handle(framer);
    }
  }

  /** Called by any thread: the server stops. */
  void stopLater() {
    channel.eventLoop().execute(this::stop);
  }

  /** Refuses what still comes and ends when everything has been answered. */
  private void stop() {
    if (phase == Phase.OPEN) {
      phase = Phase.STOPPING;
      later(context.limits.shutdownMs(), channel::close);
      if (answers != null) {
        answers.endWaits();
      }
      endIfIdle();
    }
  }

  /** Reads no more requests, and ends when those that were read have been answered. */
  private void end() {
    if (!reading()) {
      return;
    }
    phase = Phase.ENDING;
    later(context.limits.shutdownMs(), channel::close);
    dropInput();
    if (answers != null) {
      answers.close();
    }
    channel.config().setAutoRead(true);
    endIfIdle();
  }

  private void dropInput() {
    unread.release();
    unread = Unpooled.EMPTY_BUFFER;
    parked = false;
    if (framer != null) {
      framer.release();
    }
  }

  private void endIfIdle() {
    boolean ending = phase == Phase.ENDING || phase == Phase.STOPPING;
    if (ending && (answers == null || answers.idle())) {
      phase = Phase.ENDED;
      dropInput();
      channel.config().setAutoRead(true);
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> sayGoodbye());
    }
  }

  /**
   * Closing while the client still sends would reset the connection and could destroy answers on
   * their way.
   */
  private void sayGoodbye() {
    if (inputEnded || !channel.isActive()) {
      channel.close();
    } else {
      channel.shutdownOutput();
      later(Limits.LINGER_MS, channel::close);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    context.connections.remove(this);
    context.stats.connectionsOpen.decrement();
    phase = Phase.ENDED;
    dropInput();
    if (answers != null) {
      answers.drop();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.error("A connection failed", cause);
    }
    channel.close();
  }
}
