package dev.flashq.transport.connection;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.Outcomes;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The answers that one connection owes: written together when the channel takes them, weighed until
 * the socket has taken them. Those without correlation id keep the order of their requests.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty reports failures of the channel by closing it.
final class Answers {
  private static final Refused UNREAD =
      new Refused(
          ErrorCode.LIMIT_EXCEEDED, "Too many answers that were not read; read them and try again");

  private final Connection connection;
  private final TransportContext context;
  private final Channel channel;
  private final Encoder encoder;

  /** Exchanges without correlation id, in the order of their requests. */
  private final ArrayDeque<Exchange> inOrder = new ArrayDeque<>();

  /** Exchanges whose answers may be written. */
  private final ArrayDeque<Exchange> ready = new ArrayDeque<>();

  private int unanswered;
  private long unreadBytes;

  /** Whether the client can still be handed jobs. */
  private boolean open = true;

  private boolean gone;

  Answers(Connection connection, Channel channel, Encoder encoder) {
    this.connection = connection;
    this.context = connection.context();
    this.channel = channel;
    this.encoder = encoder;
  }

  /** A request has been begun. */
  void expect(Exchange exchange) {
    unanswered++;
    if (exchange.reqId == null) {
      inOrder.add(exchange);
    }
  }

  /** The outcome of an exchange is known. */
  void add(Exchange exchange) {
    exchange.settled = true;
    deliverable(exchange);
    hold(exchange);
    if (exchange.reqId != null) {
      ready.add(exchange);
    } else {
      while (!inOrder.isEmpty() && inOrder.getFirst().settled) {
        ready.add(inOrder.poll());
      }
    }
  }

  /** Gives back jobs that cannot be handed to the client. */
  private void deliverable(Exchange exchange) {
    if (!(exchange.outcome instanceof Delivered(List<JobView> jobs)) || jobs.isEmpty()) {
      return;
    }
    if (!open) {
      context.releaseDelivery(exchange);
      exchange.outcome = Delivered.NONE;
      return;
    }
    int count = Outcomes.fitting(jobs);
    if (count < jobs.size()) {
      context.release(jobs.subList(count, jobs.size()), exchange.principal);
      exchange.outcome = new Delivered(jobs.subList(0, count));
    }
  }

  /**
   * Counts the answer as not taken by the client; when there are too many of those, it is replaced
   * by a small one.
   */
  private void hold(Exchange exchange) {
    long weight = Outcomes.weight(exchange.outcome);
    if (weight > Outcomes.SMALL_BYTES && unreadBytes > 0 && tooMuch(weight)) {
      context.releaseDelivery(exchange);
      exchange.outcome = exchange.delivers ? Delivered.NONE : UNREAD;
      weight = Outcomes.SMALL_BYTES;
    }
    exchange.weight = weight;
    unreadBytes += weight;
    context.unreadBytes.addAndGet(weight);
  }

  /** When all together have too much, those pay who have more than a channel's buffer. */
  private boolean tooMuch(long weight) {
    return unreadBytes + weight > context.limits.unreadBytesPerConnection()
        || (unreadBytes > Listener.WRITE_BYTES
            && context.unreadBytes.get() + weight > context.limits.unreadBytes());
  }

  /** Writes when there is much to be written, so that it is not held longer than it has to be. */
  void writeIfMany() {
    if (unreadBytes > Encoder.BATCH_BYTES) {
      write();
    }
  }

  /** Writes what the channel takes. */
  void write() {
    if (gone) {
      leaveAll();
      return;
    }
    boolean wrote = false;
    while (!ready.isEmpty() && channel.isWritable()) {
      writeBatch();
      wrote = true;
    }
    if (wrote) {
      channel.flush();
    }
  }

  private void writeBatch() {
    List<Exchange> deliveries = new ArrayList<>(0);
    long weight = 0;
    encoder.begin();
    while (!ready.isEmpty() && !encoder.full()) {
      Exchange exchange = ready.poll();
      boolean refused = encoder.add(exchange);
      unanswered--;
      weight += exchange.weight;
      if (refused) {
        context.releaseDelivery(exchange);
      } else if (exchange.outcome instanceof Delivered) {
        deliveries.add(exchange);
      }
    }
    long batchWeight = weight;
    channel
        .write(encoder.finish(channel.alloc()))
        .addListener(future -> written(batchWeight, future.isSuccess() ? List.of() : deliveries));
  }

  /** The socket has taken a batch, or will never do so. */
  private void written(long weight, List<Exchange> lost) {
    boolean room = room();
    takeOff(weight);
    lost.forEach(context::releaseDelivery);
    if (!room && room()) {
      connection.resume();
    }
  }

  private void takeOff(long weight) {
    unreadBytes -= weight;
    context.unreadBytes.addAndGet(-weight);
  }

  /** From now on jobs are given back instead of written. */
  void close() {
    open = false;
    ready.forEach(this::deliverable);
    inOrder.stream().filter(exchange -> exchange.settled).forEach(this::deliverable);
  }

  /** The channel is gone: nothing can be written, now or later. */
  void drop() {
    gone = true;
    close();
    leaveAll();
  }

  private void leaveAll() {
    ready.forEach(this::leave);
    ready.clear();
    inOrder.stream().filter(exchange -> exchange.settled).forEach(this::leave);
    inOrder.removeIf(exchange -> exchange.settled);
  }

  private void leave(Exchange exchange) {
    unanswered--;
    takeOff(exchange.weight);
  }

  /** Whether every request has been answered. */
  boolean idle() {
    return unanswered == 0;
  }

  /** Whether the client has taken enough of its answers for another request. */
  boolean room() {
    return unanswered < context.limits.commandsPerConnection()
        && unreadBytes < context.limits.unreadBytesPerConnection();
  }
}
