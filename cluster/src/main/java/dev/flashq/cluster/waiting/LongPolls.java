package dev.flashq.cluster.waiting;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import dev.flashq.cluster.schedule.Scheduler;
import dev.flashq.cluster.waiting.QueueLine.Pull;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.log.Submission;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pulls that wait. A pull enters the log only when this replica has a job for it that no earlier
 * pull of this node is about to take; until then it stands in the line of its queue, which costs
 * nothing.
 */
public final class LongPolls {
  private static final Refused FULL =
      new Refused(LIMIT_EXCEEDED, "Too many pulls are waiting on this node");

  /**
   * A pull that waits for less (milliseconds) is answered "nothing there" only after a round
   * through the leader: its sender may know of a job that this replica has not heard of yet. For
   * longer waits the wait itself is the round.
   */
  private static final long CERTAIN_BELOW_MS = 1_000;

  /** Milliseconds for which a pull waits in any case before the record is searched for its id. */
  private static final long LOOK_AFTER_MS = 50;

  /**
   * Milliseconds until a pull that found nothing, although there seems to be something, is sent
   * again.
   */
  private static final long AGAIN_MS = 5;

  private final Function<QueueName, Deliverable> deliverable;
  private final Function<Submission, CompletableFuture<Reply>> propose;
  private final Supplier<CompletableFuture<Void>> barrier;
  private final Predicate<RequestId> answered;
  private final Consumer<Reply> unwanted;
  private final Scheduler lane;
  private final int capacity;
  private final ConcurrentHashMap<QueueName, QueueLine> lines = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param barrier completes when this replica has everything that was answered before
   * @param answered whether this replica has the request's answer on record
   * @param unwanted gets jobs that were delivered to a waiter who had gone and cannot ask again by
   *     a request id
   * @param lane serves lines; {@link #ready} is called on a thread that must not be held up
   * @param capacity pulls that may wait at the same time
   */
  public LongPolls(
      Function<QueueName, Deliverable> deliverable,
      Function<Submission, CompletableFuture<Reply>> propose,
      Supplier<CompletableFuture<Void>> barrier,
      Predicate<RequestId> answered,
      Consumer<Reply> unwanted,
      Scheduler lane,
      int capacity) {
    this.deliverable = deliverable;
    this.propose = propose;
    this.barrier = barrier;
    this.answered = answered;
    this.unwanted = unwanted;
    this.lane = lane;
    this.capacity = capacity;
  }

  public CompletableFuture<Reply> pull(Submission submission, PullJobs pull) {
    if (waiting.incrementAndGet() > capacity) {
      waiting.decrementAndGet();
      return CompletableFuture.completedFuture(FULL);
    }
    var waiter = new PullWaiter(submission, pull, lane.now() + pull.waitMs());
    var _ =
        waiter
            .reply()
            .whenComplete(
                (_, _) -> {
                  waiting.decrementAndGet();
                  waiter.cancelAlarm();
                  if (waiter.reply().isCancelled()) {
                    leave(waiter);
                  }
                });
    enter(waiter);
    return waiter.reply();
  }

  /** A pull of the queue may find jobs that it could not find before. Returns at once. */
  public void ready(QueueName queue) {
    if (lines.containsKey(queue)) {
      lane.execute(() -> serve(queue));
    }
  }

  /** Everything may be different: the state was replaced. */
  public void recheckAll() {
    lines.keySet().forEach(this::ready);
  }

  public int waiting() {
    return waiting.get();
  }

  private void enter(PullWaiter waiter) {
    QueueName queue = waiter.pull().queue();
    Pull pull =
        inLine(
            queue,
            line -> {
              int jobs = deliverableNow(queue).jobs();
              if (!line.hasWaiters() && line.free(jobs) > 0) {
                return line.promise(waiter, jobs);
              }
              if (waiter.pull().waitMs() > 0) {
                line.join(waiter);
              }
              return null;
            });
    if (pull != null) {
      send(queue, pull);
    } else if (waiter.pull().waitMs() > 0) {
      ensureAlarm(waiter);
      serve(queue);
      if (waiter.submission().requestId() != null) {
        lane.after(LOOK_AFTER_MS, () -> lookForAnswer(waiter));
      }
    } else {
      endWithNothing(waiter);
    }
  }

  private void ensureAlarm(PullWaiter waiter) {
    waiter.ensureAlarm(() -> lane.after(waiter.deadline() - lane.now(), () -> timeUp(waiter)));
  }

  /**
   * A pull with a request id may be a repeated one, whose jobs are on record and must not wait for
   * others to come.
   */
  private void lookForAnswer(PullWaiter waiter) {
    RequestId id = waiter.submission().requestId();
    if (id == null || waiter.isGone()) {
      return;
    }
    // Without a leader there is no looking now; the end of the wait asks the log in any case.
    var _ =
        barrier
            .get()
            .thenRun(
                () -> {
                  if (!waiter.isGone() && mayBeAnswered(id) && leave(waiter)) {
                    send(waiter.pull().queue(), new Pull(waiter, 0));
                  }
                });
  }

  /** Gives what is there to those who wait longest. */
  private void serve(QueueName queue) {
    long retryIn =
        inLine(
            queue,
            line -> {
              Deliverable now = deliverableNow(queue);
              line.take(now.jobs()).forEach(pull -> lane.execute(() -> send(queue, pull)));
              return line.claimAlarm(lane.now(), now.retryInMs());
            });
    if (retryIn > 0) {
      lane.after(retryIn, () -> serve(queue));
    }
  }

  private void send(QueueName queue, Pull pull) {
    var _ =
        propose
            .apply(pull.waiter().submission())
            .whenComplete((reply, failure) -> end(queue, pull, reply, failure));
  }

  private void end(QueueName queue, Pull pull, @Nullable Reply reply, @Nullable Throwable failure) {
    PullWaiter waiter = pull.waiter();
    boolean waitsOn =
        reply instanceof Delivered delivered
            && delivered.jobs().isEmpty()
            && !waiter.isGone()
            && lane.now() < waiter.deadline();
    RequestId id = waiter.submission().requestId();
    if (waitsOn && id != null) {
      // If the log answered from the record, asking again would only repeat it.
      lane.execute(() -> settle(queue, pull, reply, failure, !mayBeAnswered(id)));
    } else {
      settle(queue, pull, reply, failure, waitsOn);
    }
  }

  private void settle(
      QueueName queue,
      Pull pull,
      @Nullable Reply reply,
      @Nullable Throwable failure,
      boolean stays) {
    PullWaiter waiter = pull.waiter();
    inLine(
        queue,
        line -> {
          line.settle(pull.jobs());
          if (stays) {
            line.rejoin(waiter);
          }
          return true;
        });
    if (stays) {
      ensureAlarm(waiter);
      lane.after(AGAIN_MS, () -> serve(queue));
      return;
    }
    if (failure != null) {
      waiter.reply().completeExceptionally(failure);
    } else if (reply != null
        && !waiter.reply().complete(reply)
        && waiter.submission().requestId() == null) {
      unwanted.accept(reply);
    }
    ready(queue);
  }

  private void timeUp(PullWaiter waiter) {
    // Not in line: its pull is on the way and its answer is the end.
    if (leave(waiter)) {
      endWithNothing(waiter);
    }
  }

  private void endWithNothing(PullWaiter waiter) {
    RequestId id = waiter.submission().requestId();
    if (id == null && waiter.pull().waitMs() >= CERTAIN_BELOW_MS) {
      waiter.reply().complete(Delivered.NONE);
      return;
    }
    var _ =
        barrier
            .get()
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    refuse(waiter, failure);
                  } else if (id != null && mayBeAnswered(id)) {
                    // A repeated request, whose jobs are on record.
                    send(waiter.pull().queue(), new Pull(waiter, 0));
                  } else {
                    lastLook(waiter);
                  }
                });
  }

  private void lastLook(PullWaiter waiter) {
    QueueName queue = waiter.pull().queue();
    Pull pull =
        inLine(
            queue,
            line -> {
              int jobs = deliverableNow(queue).jobs();
              return line.free(jobs) > 0 && !waiter.isGone() ? line.promise(waiter, jobs) : null;
            });
    if (pull == null) {
      waiter.reply().complete(Delivered.NONE);
    } else {
      send(queue, pull);
    }
  }

  private static void refuse(PullWaiter waiter, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof RefusedException refused) {
      waiter.reply().complete(refused.refusal());
    } else {
      waiter.reply().completeExceptionally(failure);
    }
  }

  private boolean leave(PullWaiter waiter) {
    return inLine(waiter.pull().queue(), line -> line.leave(waiter));
  }

  private boolean mayBeAnswered(RequestId id) {
    try {
      return answered.test(id);
    } catch (RefusedException _) {
      // The node is stopping or its state is being replaced: the log knows.
      return true;
    }
  }

  private Deliverable deliverableNow(QueueName queue) {
    try {
      return deliverable.apply(queue);
    } catch (RefusedException _) {
      // The node is stopping; waiters end by their own time.
      return Deliverable.NOTHING;
    }
  }

  private <R extends @Nullable Object> R inLine(QueueName queue, Function<QueueLine, R> action) {
    while (true) {
      QueueLine line = lines.computeIfAbsent(queue, _ -> new QueueLine());
      synchronized (line) {
        if (!line.isDissolved()) {
          R result = action.apply(line);
          if (line.dissolve()) {
            lines.remove(queue, line);
          }
          return result;
        }
      }
    }
  }

  /** Ends all waiting, at the stop of the node. */
  public void endAll(Reply reply) {
    for (QueueName queue : List.copyOf(lines.keySet())) {
      inLine(queue, QueueLine::disband).forEach(waiter -> waiter.reply().complete(reply));
    }
  }
}
