package dev.flashq.transport.connection;

import dev.flashq.protocol.Limits;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The times after which one connection is ended or closed. */
@SuppressWarnings("FutureReturnValueIgnored") // The tasks look at what has become of it themselves.
final class TimeLimits {
  private final Connection connection;
  private final TransportLimits limits;
  private final Channel channel;
  private final Protocol protocol;
  private final Exchanges exchanges;

  /** The request for whose arrival the clock was last started. */
  private long timedRequest = -1;

  /** Tasks that would keep a connection in memory that has long been closed. */
  private @Nullable Future<?> begin;

  private @Nullable Future<?> end;

  private @Nullable Future<?> taking;

  TimeLimits(Connection connection, Protocol protocol, Exchanges exchanges) {
    this.connection = connection;
    this.limits = connection.context().limits;
    this.channel = connection.channel();
    this.protocol = protocol;
    this.exchanges = exchanges;
  }

  private Future<?> later(long ms, Runnable task) {
    return channel.eventLoop().schedule(task, ms, TimeUnit.MILLISECONDS);
  }

  /** Ends it when it has not authenticated in time. */
  void limitAuthentication() {
    if (protocol.authenticatesOnce() && !connection.identity().authenticated()) {
      begin = later(limits.get(Limit.AUTHENTICATION_MS), this::endUnlessAuthenticated);
    }
  }

  /** Ends a connection for which there is no place. */
  void limitSurplus() {
    begin = later(Limits.HEALTH_MS, connection::end);
  }

  private void endUnlessAuthenticated() {
    if (!connection.identity().authenticated()) {
      connection.end();
    }
  }

  /** Ends it when the request does not arrive in time. */
  void limitArrival(long request) {
    if (timedRequest != request) {
      timedRequest = request;
      later(limits.get(Limit.FRAME_MS), () -> endIfStillArriving(request));
    }
  }

  private void endIfStillArriving(long request) {
    if (protocol.arriving() == request) {
      connection.end();
    }
  }

  /** Ends the waits of a client that can only listen. */
  void limitWaits() {
    later(Limits.HALF_CLOSED_MS, exchanges::endWaits);
  }

  /** The server has no more time than this. */
  void limitStop() {
    later(limits.get(Limit.SHUTDOWN_MS), channel::close);
  }

  /** Closes it when all is answered and the client takes none of the answers any more. */
  void limitEnd() {
    long before = notTaken();
    end = later(limits.get(Limit.SHUTDOWN_MS), () -> closeIfStuck(before));
  }

  private void closeIfStuck(long before) {
    if (exchanges.underWay() || notTaken() != before) {
      limitEnd();
    } else {
      channel.close();
    }
  }

  /** Closes it when the client takes nothing for long of what was written to it. */
  void limitTaking() {
    if (taking == null && notTaken() > 0) {
      long before = notTaken();
      taking = later(limits.get(Limit.SILENT_MS), () -> closeIfNotTaking(before));
    }
  }

  private void closeIfNotTaking(long before) {
    taking = null;
    if (notTaken() == before) {
      channel.close();
    } else {
      limitTaking();
    }
  }

  /** Bytes that were written and that the socket has not taken. */
  private long notTaken() {
    ChannelOutboundBuffer written = channel.unsafe().outboundBuffer();
    return written == null ? 0 : written.totalPendingWriteBytes() - written.currentProgress();
  }

  /** Gives the client time to read the end. */
  void linger() {
    cancel(end);
    end = later(Limits.LINGER_MS, channel::close);
  }

  /** The channel is closed. */
  void forget() {
    cancel(begin);
    cancel(end);
    cancel(taking);
  }

  private static void cancel(@Nullable Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }
}
