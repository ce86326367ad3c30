package dev.flashq.transport.tcp;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.Partial;
import dev.flashq.transport.connection.Connection;
import dev.flashq.transport.connection.Encoder;
import dev.flashq.transport.connection.Protocol;
import dev.flashq.transport.connection.TransportContext;
import dev.flashq.transport.wire.Encoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The TCP protocol on one connection: cuts its bytes into frames, whose requests overlap. */
final class TcpProtocol implements Protocol {
  private static final Refused BUSY =
      new Refused(LIMIT_EXCEEDED, "Too many pulls are waiting, retry later");

  private final Connection connection;
  private final TransportContext context;
  private final AnswerEncoder encoder;

  /** Set by the first byte, which tells the encoding. */
  private @Nullable Framer framer;

  private @Nullable Session session;

  /** Bytes that were read and not cut into frames yet. */
  private ByteBuf unread = Unpooled.EMPTY_BUFFER;

  /** Whether the framer's frame waits for room in the budget of commands. */
  private boolean parked;

  TcpProtocol(Connection connection) {
    this.connection = connection;
    this.context = connection.context();
    this.encoder = new AnswerEncoder(context.stats);
  }

  @Override
  public void read(Object message) {
    ByteBuf in = (ByteBuf) message;
    context.stats.bytesIn.add(in.readableBytes());
    unread = join(unread, in);
  }

  /** There is a rest only when reading was stopped, or of a few bytes in front of a frame. */
  private ByteBuf join(ByteBuf rest, ByteBuf in) {
    if (!rest.isReadable()) {
      rest.release();
      return in;
    }
    ByteBuf both =
        connection
            .channel()
            .alloc()
            .buffer(rest.readableBytes() + in.readableBytes())
            .writeBytes(rest)
            .writeBytes(in);
    rest.release();
    in.release();
    return both;
  }

  @Override
  public boolean next() {
    try {
      return nextRequest();
    } catch (Framer.TooLargeException e) {
      tooLarge();
      return false;
    } finally {
      forgetRead();
    }
  }

  private boolean nextRequest() {
    if (!parked && !unread.isReadable()) {
      return false;
    }
    Framer frames = framer();
    if (!parked && !frames.next(unread)) {
      incomplete(frames);
      return false;
    }
    parked = !connection.admission().admit(frames.length());
    if (parked) {
      return false;
    }
    handle(frames);
    return true;
  }

  private void forgetRead() {
    if (!unread.isReadable()) {
      unread.release();
      unread = Unpooled.EMPTY_BUFFER;
    }
  }

  private void handle(Framer frames) {
    byte[] frame = frames.frame();
    frames.forget();
    Objects.requireNonNull(session).handle(frame, frames.length());
    frames.limit(limit());
  }

  private int limit() {
    return connection.identity().authenticated()
        ? Limits.FRAME_BYTES
        : Limits.UNAUTHENTICATED_FRAME_BYTES;
  }

  private void incomplete(Framer frames) {
    if (frames.starving()) {
      connection.admission().awaitRoom(context.assembly, frames.wanted());
    } else if (frames.partial.large()) {
      connection.limitArrival(frames.count());
    }
  }

  /** The first byte tells: JSON begins with a brace or an empty line, a length never does. */
  private Framer framer() {
    if (framer == null) {
      Encoding encoding = encoding(unread.getByte(unread.readerIndex()));
      boolean text = encoding == Encoding.JSON;
      encoder.encoding(encoding);
      session = new Session(connection, encoding);
      Partial partial = new Partial(context.assembly);
      framer = text ? new LineFramer(partial, limit()) : new LengthFramer(partial, limit());
    }
    return framer;
  }

  private static Encoding encoding(byte first) {
    boolean text = first == '{' || first == '\n' || first == '\r';
    return text ? Encoding.JSON : Encoding.MESSAGE_PACK;
  }

  @Override
  public void refuse(Refused refusal, byte first) {
    encoder.encoding(encoding(first));
    connection
        .exchanges()
        .begin(null, connection.identity().principal(), 0, false)
        .complete(refusal);
    connection.end();
  }

  private void tooLarge() {
    if (session != null) {
      session.tooLarge();
    }
    connection.end();
  }

  @Override
  public boolean hungry() {
    return true;
  }

  /** A last line may have no end. */
  @Override
  public void endOfInput() {
    if (framer != null && !parked && framer.last()) {
      parked = !connection.admission().admit(framer.length());
      if (!parked) {
        handle(framer);
      }
    }
  }

  @Override
  public void drop() {
    unread.release();
    unread = Unpooled.EMPTY_BUFFER;
    parked = false;
    if (framer != null) {
      framer.release();
    }
  }

  @Override
  public boolean receiving() {
    return false;
  }

  /** Frames are counted when they are complete. */
  @Override
  public long arriving() {
    return framer == null ? -1 : framer.count();
  }

  @Override
  public boolean authenticatesOnce() {
    return true;
  }

  @Override
  public Refused busy() {
    return BUSY;
  }

  @Override
  public Encoder encoder() {
    return encoder;
  }
}
