package dev.flashq.transport.connection;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.Part;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.TransportLimits.Limit;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers that one connection owes: written together when the channel takes them, weighed until
 * the socket has taken them. Those without correlation id keep the order of their requests. A large
 * answer waits for room in the node's memory, is made only then, and goes in pieces.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty reports failures of the channel by closing it.
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
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

  private final RoomWait room;
  private int unanswered;
  private long unreadBytes;

  private record Writing(Exchange exchange, Pieces pieces) {}

  /** The large answer that is being written. */
  private @Nullable Writing writing;

  /** Whether the client can still be handed jobs. */
  private boolean open = true;

  private boolean gone;

  Answers(Connection connection, Channel channel, Encoder encoder) {
    this.connection = connection;
    this.context = connection.context();
    this.channel = channel;
    this.encoder = encoder;
    this.room = new RoomWait(channel, this::goOn);
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
      exchange.largeBytes = 0;
      giveBackRoom(exchange);
      return;
    }
    int count = Outcomes.fitting(jobs);
    if (count < jobs.size()) {
      context.release(jobs.subList(count, jobs.size()));
      exchange.outcome = new Delivered(jobs.subList(0, count));
    }
  }

  /**
   * Counts the answer as not taken by the client; when there are too many of those, it is replaced
   * by a refusal.
   */
  private void hold(Exchange exchange) {
    long weight = Outcomes.weight(exchange.outcome);
    exchange.largeBytes = LargeData.largeBytes(exchange.outcome, weight, encoder.encoding());
    if (weight > Outcomes.SMALL_BYTES && unreadBytes > 0 && tooMuch(weight)) {
      context.releaseDelivery(exchange);
      exchange.outcome = UNREAD;
      exchange.largeBytes = 0;
      weight = Outcomes.SMALL_BYTES;
    }
    exchange.weight = weight;
    unreadBytes += weight;
    context.unreadBytes.addAndGet(weight);
  }

  /** When all together have too much, those pay who have more than a channel's buffer. */
  private boolean tooMuch(long weight) {
    return unreadBytes + weight > context.limits.get(Limit.UNREAD_BYTES_PER_CONNECTION)
        || (unreadBytes > Listener.WRITE_BYTES
            && context.unreadBytes.get() + weight > context.limits.get(Limit.UNREAD_BYTES));
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
    while (channel.isWritable() && writeNext()) {
      wrote = true;
    }
    if (wrote) {
      channel.flush();
      connection.limitTaking();
    }
  }

  /** Writes one piece or one batch; false when there is none, or none yet. */
  private boolean writeNext() {
    if (writing != null) {
      writePiece(writing);
      return true;
    }
    Exchange next = ready.peek();
    if (next == null) {
      return false;
    }
    if (next.largeBytes == 0) {
      writeBatch();
      return true;
    }
    boolean prepared = prepared(next);
    if (prepared) {
      writeLarge(next);
    }
    return prepared;
  }

  /**
   * Takes room for a large answer and has its large data read; false: {@link #write} is called
   * again when it is there.
   */
  private boolean prepared(Exchange exchange) {
    if (exchange.loading || room.waiting()) {
      return false;
    }
    if (exchange.reserved == 0) {
      if (!context.largeAnswers.tryTake(exchange.largeBytes)) {
        room.await(context.largeAnswers, exchange.largeBytes);
        return false;
      }
      exchange.reserved = exchange.largeBytes;
    }
    List<Part> omitted = LargeData.omitted(exchange.outcome);
    if (!omitted.isEmpty()) {
      load(exchange, omitted);
    }
    return omitted.isEmpty();
  }

  private void load(Exchange exchange, List<Part> omitted) {
    exchange.loading = true;
    context
        .gateway
        .ask(exchange.principal, new Query.GetPayloads(omitted), Consistency.LOCAL)
        .whenComplete(
            (payloads, failure) -> {
              Object outcome =
                  payloads == null
                      ? Outcomes.of(null, failure, false)
                      : LargeData.with(exchange.outcome, payloads);
              loadedLater(exchange, outcome);
            });
  }

  /** Called by any thread. */
  private void loadedLater(Exchange exchange, Object outcome) {
    try {
      channel.eventLoop().execute(() -> loaded(exchange, outcome));
    } catch (RejectedExecutionException e) {
      LOG.debug("The server has stopped", e);
    }
  }

  private void loaded(Exchange exchange, Object outcome) {
    exchange.loading = false;
    if (exchange.reserved > 0) { // Otherwise it was given up in the meantime.
      takeIn(exchange, outcome);
    }
    goOn();
  }

  private void takeIn(Exchange exchange, Object outcome) {
    long bytes = LargeData.heldBytes(outcome, encoder.encoding());
    if (bytes > exchange.reserved) {
      // It was not known that it has to be translated. Whoever waits for room has none.
      giveBackRoom(exchange);
      exchange.largeBytes = bytes;
      if (!context.largeAnswers.tryTake(bytes)) {
        return;
      }
      exchange.reserved = bytes;
    }
    if (outcome instanceof Refused) {
      context.releaseDelivery(exchange);
    }
    exchange.outcome = outcome;
  }

  private void goOn() {
    write();
    connection.resume();
  }

  private void giveBackRoom(Exchange exchange) {
    if (exchange.reserved > 0) {
      context.largeAnswers.giveBack(exchange.reserved);
      exchange.reserved = 0;
    }
  }

  private void writeLarge(Exchange exchange) {
    ready.remove();
    unanswered--;
    encoder.beginLarge();
    boolean refused = encoder.add(exchange);
    if (refused) {
      context.releaseDelivery(exchange);
      exchange.outcome = Delivered.NONE;
    }
    exchange.outcome = LargeData.without(exchange.outcome);
    Pieces made = encoder.finishLarge();
    context.largeAnswers.shrink(exchange.reserved, made.held());
    exchange.reserved = made.held();
    writing = new Writing(exchange, made);
  }

  private void writePiece(Writing large) {
    Object piece = large.pieces().next();
    if (large.pieces().more()) {
      channel.write(piece);
    } else {
      writing = null;
      Exchange exchange = large.exchange();
      channel
          .write(piece)
          .addListener(
              future -> {
                giveBackRoom(exchange);
                written(exchange.weight, future.isSuccess() ? List.of() : List.of(exchange));
              });
    }
  }

  private void writeBatch() {
    List<Exchange> deliveries = new ArrayList<>(0);
    long weight = 0;
    encoder.begin();
    while (!ready.isEmpty() && ready.getFirst().largeBytes == 0 && !encoder.full()) {
      Exchange exchange = ready.remove();
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

  /** The socket has taken a batch or a large answer, or will never do so. */
  private void written(long weight, List<Exchange> lost) {
    boolean full = unreadBytes >= context.limits.get(Limit.UNREAD_BYTES_PER_CONNECTION);
    takeOff(weight);
    lost.forEach(context::releaseDelivery);
    if (full) {
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
    if (writing != null) {
      Exchange half = writing.exchange();
      writing = null;
      context.releaseDelivery(half);
      giveBackRoom(half);
      takeOff(half.weight);
    }
    ready.forEach(this::leave);
    ready.clear();
    inOrder.stream().filter(exchange -> exchange.settled).forEach(this::leave);
    inOrder.removeIf(exchange -> exchange.settled);
  }

  private void leave(Exchange exchange) {
    unanswered--;
    giveBackRoom(exchange);
    takeOff(exchange.weight);
  }

  /** Whether every request has been answered. */
  boolean idle() {
    return unanswered == 0;
  }

  /**
   * Whether the client has taken enough of its answers for another request.
   *
   * @param waits requests that may not be answered for long
   * @param expected bytes of answers that are still to come
   */
  boolean room(int waits, long expected) {
    return unanswered - waits < context.limits.get(Limit.COMMANDS_PER_CONNECTION)
        && unreadBytes + expected < context.limits.get(Limit.UNREAD_BYTES_PER_CONNECTION);
  }
}
