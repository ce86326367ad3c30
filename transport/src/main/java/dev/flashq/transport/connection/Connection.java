package dev.flashq.transport.connection;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;

import dev.flashq.statemachine.Reply.Refused;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client connection: when it reads, when requests are begun, and how it ends. Everything runs
 * on the channel's event loop. A connection is never reset: what the client still sends is read and
 * dropped until it has seen the end.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty reports failures of the channel by closing it.
public final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private static final Refused PLAIN =
      new Refused(INVALID_REQUEST, "This port takes encrypted connections only: use TLS");

  private enum Phase {
    OPEN,
    /**
     * The server stops: nothing new is begun, and the connection ends when all requests have been
     * answered.
     */
    STOPPING,
    /** Nothing more is read; the connection ends when all requests have been answered. */
    ENDING,
    /** Everything was answered; the client has been told that nothing more comes. */
    ENDED
  }

  private final Listener listener;
  private final TransportContext context;
  private final SocketChannel channel;
  private final Origin origin;
  private final Identity identity;
  private final Admission admission;
  private final Protocol protocol;
  private final Answers answers;
  private final Exchanges exchanges;
  private final TimeLimits times;
  private Phase phase = Phase.OPEN;
  private boolean inputEnded;
  private boolean surplus;
  private boolean working;

  Connection(
      Listener listener,
      TransportContext context,
      SocketChannel channel,
      Origin origin,
      Listener.Dialect dialect) {
    this.listener = listener;
    this.context = context;
    this.channel = channel;
    this.origin = origin;
    this.identity = new Identity(context, channel, origin, this::identified);
    this.admission = new Admission(this);
    this.protocol = dialect.protocol(this);
    this.answers = new Answers(this, channel, protocol.encoder());
    this.exchanges = new Exchanges(this, protocol, channel, answers);
    this.times = new TimeLimits(this, protocol, exchanges);
  }

  public TransportContext context() {
    return context;
  }

  public SocketChannel channel() {
    return channel;
  }

  /** Where the latest request comes from, by the word of a trusted proxy if there is one. */
  public InetAddress clientAddress() {
    return origin.client();
  }

  /** A trusted proxy has made the connection for somebody. */
  void speaksFor(InetAddress client) {
    origin.speaksFor(client);
  }

  /** Whether requests come by way of a trusted proxy, and name whom they come from. */
  public boolean forwards() {
    return listener.doorkeeper().forwards(origin.connection());
  }

  /**
   * A request has come by way of a trusted proxy; whether it may come from where it comes from.
   *
   * @param fields values of X-Forwarded-For
   */
  public boolean admits(List<String> fields) {
    Doorkeeper doorkeeper = listener.doorkeeper();
    origin.request(ForwardedFor.client(origin.connection(), fields, doorkeeper::trusts));
    return doorkeeper.admits(origin.client());
  }

  /** The distinguished name (RFC 2253) of the certificate that the client has shown. */
  public Optional<String> clientSubject() {
    return origin.subject();
  }

  /** The certificate of the client was found to be good. */
  void proves(String subject) {
    origin.proves(subject);
  }

  public Identity identity() {
    return identity;
  }

  public Admission admission() {
    return admission;
  }

  public Exchanges exchanges() {
    return exchanges;
  }

  /** Whether neither the server nor the client nor the protocol has begun to end it. */
  public boolean open() {
    return phase == Phase.OPEN;
  }

  /** Whether every request that was begun has been answered. */
  public boolean idle() {
    return answers.idle();
  }

  /** Whether there are so many connections that this one may only ask for the node's health. */
  public boolean surplus() {
    return surplus;
  }

  /** The request with the number has begun to arrive, and must be complete in time. */
  public void limitArrival(long request) {
    times.limitArrival(request);
  }

  /** Something was written: the client must take it. */
  void limitTaking() {
    times.limitTaking();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    listener.opened(this);
    if (!listener.crowded()) {
      times.limitAuthentication();
    } else if (protocol.tellsHealth()) {
      surplus = true;
      times.limitSurplus();
      listener.surplus(this);
    } else {
      end();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (reading()) {
      protocol.read(message);
      work();
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  /**
   * Begins requests as long as there are complete ones and room for them, and reads on only then.
   */
  private void work() {
    if (working) {
      return;
    }
    working = true;
    try {
      while (flowing() && protocol.next()) {
        // One request after the other.
      }
    } finally {
      working = false;
    }
    boolean read = !reading() || (flowing() && protocol.hungry());
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
    }
    if (inputEnded && flowing() && protocol.hungry()) {
      endReading();
    }
  }

  private boolean reading() {
    return phase == Phase.OPEN || phase == Phase.STOPPING;
  }

  private boolean flowing() {
    return reading()
        && !identity.asking()
        && !admission.waiting()
        && channel.isWritable()
        && exchanges.room();
  }

  /** Goes on when it is known who the client is. */
  private void identified() {
    if (identity.guessing()) {
      end();
    } else {
      resume();
    }
  }

  /** Goes on after answers were written or dropped, or room was found. */
  void resume() {
    if (protocol.last() && answers.idle()) {
      end();
    }
    if (reading()) {
      work();
    }
    endIfIdle();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable()) {
      answers.write();
      resume();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputHasEnded();
    } else if (event instanceof IdleStateEvent && !exchanges.underWay()) {
      end();
    }
  }

  private void inputHasEnded() {
    inputEnded = true;
    if (phase == Phase.ENDED) {
      channel.close();
    } else if (reading()) {
      protocol.endOfInput();
      work();
    }
  }

  /**
   * The client has asked all that it will ask, and gets its answers; but it may be gone altogether,
   * so that it does not wait for long.
   */
  private void endReading() {
    phase = Phase.ENDING;
    times.limitEnd();
    times.limitWaits();
    protocol.drop();
    endIfIdle();
  }

  /** Called by any thread: others need its place. */
  void endLater() {
    channel.eventLoop().execute(this::end);
  }

  /** Called by any thread: it has changed who may do what. */
  void recheckLater() {
    channel.eventLoop().execute(this::recheck);
  }

  private void recheck() {
    if (identity.revoked()) {
      end();
    } else {
      identity.recheck();
      exchanges.endWaitsOfRevoked();
      times.limitAuthentication();
    }
  }

  /** Called by any thread: the server stops. */
  void stopLater() {
    channel.eventLoop().execute(this::stop);
  }

  /** Begins nothing new and ends when everything has been answered. */
  void stop() {
    if (phase == Phase.OPEN) {
      phase = Phase.STOPPING;
      times.limitStop();
      exchanges.endWaits();
      endIfIdle();
    }
  }

  /** The client has begun without TLS where there must be TLS. */
  void refusePlain(byte first) {
    protocol.refuse(PLAIN, first);
  }

  /** Reads no more requests, and ends when those that were begun have been answered. */
  public void end() {
    if (!reading()) {
      return;
    }
    phase = Phase.ENDING;
    times.limitEnd();
    protocol.drop();
    exchanges.endWaits();
    answers.close();
    channel.config().setAutoRead(true);
    endIfIdle();
  }

  private void endIfIdle() {
    boolean stopped = phase == Phase.STOPPING && !protocol.receiving();
    if ((stopped || phase == Phase.ENDING) && answers.idle()) {
      phase = Phase.ENDED;
      protocol.drop();
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
      TlsEvents.endOutput(channel);
      times.linger();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    listener.closed(this);
    identity.leave();
    times.forget();
    phase = Phase.ENDED;
    protocol.drop();
    exchanges.endWaits();
    answers.drop();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!isOfTheClient(cause)) {
      LOG.error("A connection failed", cause);
    }
    channel.close();
  }

  private static boolean isOfTheClient(Throwable cause) {
    return cause instanceof IOException
        || (cause instanceof DecoderException && cause.getCause() instanceof IOException);
  }
}
