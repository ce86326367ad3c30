package dev.flashq.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.rpc.Frame.MalformedException;
import dev.flashq.rpc.Frame.Type;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection over which another member calls. */
final class Inbound extends Wire {
  private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);

  /** Calls without an answer; whoever calls keeps far below. */
  static final int OPEN_CALLS = 8_192;

  /** Bytes of those, in greatest messages. */
  private static final int OPEN_MESSAGES = 4;

  private final RpcSettings settings;
  private final Passports passports;
  private final SslHandler tls;
  private final PeerHandler handler;
  private final Door door;

  /** Bytes of the calls without an answer, by their numbers. */
  private final Map<Long, Integer> open = new HashMap<>();

  private long openBytes;
  private boolean isSecured;
  private @Nullable String member;

  /** Who counts the connections. */
  interface Door {
    /** A member is at the other end. */
    void known(Inbound connection, String member);

    void closed(Inbound connection, @Nullable String member);
  }

  Inbound(
      Channel channel,
      RpcSettings settings,
      Passports passports,
      SslHandler tls,
      PeerHandler handler,
      Door door,
      RareLog rarely) {
    super(channel, Hello.BYTES, (long) OPEN_MESSAGES * settings.messageBytes(), rarely);
    this.settings = settings;
    this.passports = passports;
    this.tls = tls;
    this.handler = handler;
    this.door = door;
  }

  @Override
  String other() {
    return member != null
        ? member
        : channel().remoteAddress() instanceof InetSocketAddress address
            ? address.getAddress().getHostAddress()
            : "somebody";
  }

  @Override
  void secured() {
    isSecured = true;
  }

  @Override
  void received(Frame last, byte[] message) throws MalformedException {
    if (!isSecured) {
      throw new MalformedException("a frame before TLS");
    }
    String caller = member;
    if (caller == null) {
      greeted(last, message);
    } else if (last.type() == Type.CALL) {
      called(caller, last, message);
    } else {
      throw new MalformedException("a frame of type " + last.type() + " from a caller");
    }
  }

  private void greeted(Frame frame, byte[] message) throws MalformedException {
    if (frame.type() != Type.HELLO) {
      throw new MalformedException("no greeting");
    }
    var hello = Hello.decode(message);
    Optional<String> refusal = refusal(hello);
    if (refusal.isPresent()) {
      throw new MalformedException("it is not let in, " + refusal.get());
    }
    member = hello.from();
    allow(settings.messageBytes());
    door.known(this, hello.from());
    send(new Outgoing(Type.WELCOME, 0, frame.call(), Lane.URGENT, Message.EMPTY));
  }

  private Optional<String> refusal(Hello hello) {
    if (hello.version() != Hello.VERSION) {
      return Optional.of("it speaks version " + hello.version() + " of the peers' protocol");
    }
    if (!hello.cluster().equals(settings.cluster())) {
      return Optional.of("it belongs to another cluster");
    }
    if (!hello.to().equals(settings.self().id())) {
      return Optional.of("it wants another member");
    }
    Optional<PeerAddress> caller =
        settings.member(hello.from()).filter(one -> !one.id().equals(settings.self().id()));
    return caller.isEmpty()
        ? Optional.of("it is no member that this one knows")
        : passports.refuse(tls.engine(), caller.get());
  }

  private void called(String caller, Frame last, byte[] message) throws MalformedException {
    long call = last.call();
    openBytes += message.length;
    if (open.size() == OPEN_CALLS
        || openBytes > (long) OPEN_MESSAGES * settings.messageBytes()
        || open.putIfAbsent(call, message.length) != null) {
      throw new MalformedException("more calls than may be open, or one twice");
    }
    var answer = new Reply(call, last.kind());
    try {
      handler.called(caller, last.kind(), message, answer);
    } catch (RuntimeException e) {
      LOG.warn("A call of kind {} from {} has failed", last.kind(), caller, e);
      answer.fail(String.valueOf(e));
    }
  }

  private final class Reply implements Answer {
    private final long call;
    private final int kind;
    private final AtomicBoolean given = new AtomicBoolean();

    Reply(long call, int kind) {
      this.call = call;
      this.kind = kind;
    }

    @Override
    public void send(Message message) {
      give(Type.ANSWER, message);
    }

    @Override
    public void fail(String sentence) {
      String said = sentence.substring(0, Math.min(SENTENCE_CHARS, sentence.length()));
      give(Type.FAILURE, Message.of(said.getBytes(UTF_8)));
    }

    private void give(Type type, Message message) {
      if (given.compareAndSet(false, true)) {
        Inbound.this.send(new Outgoing(type, kind, call, Lane.URGENT, message));
      }
    }
  }

  @Override
  void leaving(Outgoing message) {
    Integer bytes = open.remove(message.call());
    if (bytes != null) {
      openBytes -= bytes;
    }
  }

  @Override
  void refused(Outgoing message) {
    close("its answers are not read");
  }

  @Override
  void ended() {
    door.closed(this, member);
  }
}
