package dev.flashq.transport.tcp;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Burst;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.Outcomes;
import io.netty.channel.Channel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one connection: they come in on any thread and are written together on the event
 * loop. Answers without correlation id keep the order of their requests.
 */
final class Answers implements Runnable {
  private static final Refused UNREAD =
      new Refused(
          ErrorCode.LIMIT_EXCEEDED, "Too many answers that were not read; read them and try again");

  private final Runnable wake = this::wake;
  private final TcpContext context;
  private final Connection connection;
  private final Channel channel;
  private final AnswerEncoder encoder;

  /**
   * Completed exchanges, latest first; whoever adds the first one schedules the event-loop task.
   */
  private final AtomicReference<@Nullable Exchange> completed = new AtomicReference<>();

  /** Exchanges without correlation id, in the order of their requests. */
  private final ArrayDeque<Exchange> inOrder = new ArrayDeque<>();

  /** Exchanges whose answers may be written. */
  private final ArrayDeque<Exchange> ready = new ArrayDeque<>();

  private final Set<Exchange> waiting = new HashSet<>();
  private Principal principal = Principal.ANONYMOUS;
  private int inFlight;
  private long requestBytes;
  private long unreadBytes;

  /** Whether the client can still be handed jobs. */
  private boolean open = true;

  private boolean gone;

  Answers(TcpContext context, Connection connection, Channel channel, AnswerEncoder encoder) {
    this.context = context;
    this.connection = connection;
    this.channel = channel;
    this.encoder = encoder;
  }

  /** Who jobs are given back for. */
  void principal(Principal newPrincipal) {
    principal = newPrincipal;
  }

  /** A request has arrived; its bytes have been taken from the budget of commands. */
  Exchange begin(byte @Nullable [] reqId, int bytes) {
    Exchange exchange = new Exchange(this, reqId, bytes);
    inFlight++;
    requestBytes += bytes;
    if (reqId == null) {
      inOrder.add(exchange);
    }
    return exchange;
  }

  /** The exchange may take long: it goes over to the budget of waits. False if that is used up. */
  boolean beginWait(Exchange exchange) {
    if (!context.waits.tryTake(0)) {
      return false;
    }
    context.commands.giveBack(exchange.requestBytes);
    exchange.waits = true;
    return true;
  }

  void await(Exchange exchange, Future<?> future) {
    exchange.future = future;
    waiting.add(exchange);
  }

  /** Called by any thread. */
  void completed(Exchange exchange) {
    Exchange head;
    do {
      head = completed.get();
      exchange.next = head;
    } while (!completed.compareAndSet(head, exchange));
    if (head == null) {
      Burst.atEnd(wake);
    }
  }

  private void wake() {
    try {
      channel.eventLoop().execute(this);
    } catch (RejectedExecutionException e) {
      // The server has stopped: nobody will look at the queue again.
      Exchange exchange = completed.getAndSet(null);
      while (exchange != null) {
        context.releaseIfDelivered(exchange.outcome, principal);
        exchange = exchange.next;
      }
    }
  }

  /** Settles and writes everything that has completed; on the event loop. */
  @Override
  public void run() {
    Exchange exchange = inOrderOfCompletion();
    while (exchange != null) {
      Exchange next = exchange.next;
      exchange.next = null;
      settle(exchange);
      if (unreadBytes > AnswerEncoder.BATCH_BYTES) {
        write();
      }
      exchange = next;
    }
    if (gone) {
      drop();
    } else {
      write();
    }
    connection.afterAnswers();
  }

  private @Nullable Exchange inOrderOfCompletion() {
    Exchange latest = completed.getAndSet(null);
    Exchange earliest = null;
    while (latest != null) {
      Exchange next = latest.next;
      latest.next = earliest;
      earliest = latest;
      latest = next;
    }
    return earliest;
  }

  private void settle(Exchange exchange) {
    if (exchange.waits) {
      context.waits.giveBack(0);
      waiting.remove(exchange);
    } else {
      context.commands.giveBack(exchange.requestBytes);
    }
    exchange.future = null;
    requestBytes -= exchange.requestBytes;
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
    int count = open ? Outcomes.fitting(jobs) : 0;
    if (count < jobs.size()) {
      context.release(jobs.subList(count, jobs.size()), principal);
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
      context.releaseIfDelivered(exchange.outcome, principal);
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
        || (unreadBytes > TcpServer.WRITE_BYTES
            && context.unreadBytes.get() + weight > context.limits.unreadBytes());
  }

  /** Writes what the channel takes. */
  void write() {
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
    List<JobView> delivered = new ArrayList<>(0);
    long weight = 0;
    encoder.begin();
    while (!ready.isEmpty() && !encoder.full()) {
      Exchange exchange = ready.poll();
      boolean refused = encoder.add(exchange);
      inFlight--;
      weight += exchange.weight;
      if (refused) {
        context.releaseIfDelivered(exchange.outcome, principal);
      } else if (exchange.outcome instanceof Delivered(List<JobView> jobs)) {
        delivered.addAll(jobs);
      }
    }
    long batchWeight = weight;
    channel
        .write(encoder.finish(channel.alloc()))
        .addListener(future -> written(batchWeight, future.isSuccess() ? List.of() : delivered));
  }

  /** The socket has taken a batch, or will never do so. */
  private void written(long weight, List<JobView> lost) {
    boolean room = room();
    takeOff(weight);
    context.release(lost, principal);
    if (!room && room()) {
      connection.afterAnswers();
    }
  }

  private void takeOff(long weight) {
    unreadBytes -= weight;
    context.unreadBytes.addAndGet(-weight);
  }

  private void leave(Exchange exchange) {
    inFlight--;
    takeOff(exchange.weight);
  }

  /** From now on jobs are given back instead of written, and nothing waits any more. */
  void close() {
    open = false;
    endWaits();
    ready.forEach(this::deliverable);
    inOrder.stream().filter(exchange -> exchange.settled).forEach(this::deliverable);
  }

  /** Lets waiting pulls answer empty. */
  void endWaits() {
    for (Exchange exchange : List.copyOf(waiting)) {
      exchange.endWait();
    }
  }

  /** The channel is gone: nothing can be written, now or later. */
  void drop() {
    gone = true;
    close();
    ready.forEach(this::leave);
    ready.clear();
    inOrder.stream().filter(exchange -> exchange.settled).forEach(this::leave);
    inOrder.removeIf(exchange -> exchange.settled);
  }

  /** Whether every request has been answered. */
  boolean idle() {
    return inFlight == 0;
  }

  /** Whether another request may be begun. */
  boolean room() {
    return inFlight < context.limits.commandsPerConnection()
        && requestBytes < context.limits.requestBytesPerConnection()
        && unreadBytes < context.limits.unreadBytesPerConnection();
  }
}
