package dev.flashq.transport.wire;

import static dev.flashq.protocol.Limits.JOB_ID_END;
import static dev.flashq.protocol.Limits.REMOVALS_PER_COMMAND;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.gateway.CommandGateway;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Removes or moves many jobs by a series of small commands, so that no log entry holds up the
 * others. It stops after {@link Limits#REMOVAL_MS} with what was done: jobs may be pushed faster
 * than they can be removed.
 */
final class Removal implements BiConsumer<Reply, @Nullable Throwable> {
  /** Makes the next small command of one kind. */
  @FunctionalInterface
  private interface Phase {
    Command next(int limit, ByteString from);
  }

  private final List<Phase> program;
  private final boolean untilNothingIsLeft;
  private ByteString from = ByteString.EMPTY;
  private long countBefore;
  private final CommandGateway gateway;
  private final Principal principal;
  private final Deque<Phase> phases;
  private final long limit;
  private final long startedNs = System.nanoTime();
  private final CompletableFuture<Reply> outcome = new CompletableFuture<>();
  private long count;

  private Removal(
      CommandGateway gateway,
      Principal principal,
      List<Phase> phases,
      long limit,
      boolean untilNothingIsLeft) {
    this.program = phases;
    this.untilNothingIsLeft = untilNothingIsLeft;
    this.gateway = gateway;
    this.principal = principal;
    this.phases = new ArrayDeque<>(phases);
    this.limit = limit;
  }

  static Plan.Steps<Reply> drain(QueueName queue) {
    return of(
        Long.MAX_VALUE,
        List.of((limit, from) -> new Command.DrainQueue(queue, JOB_ID_END, limit, from)));
  }

  static Plan.Steps<Reply> clean(QueueName queue, JobState state, long graceMs, long limit) {
    return of(
        limit,
        List.of((n, from) -> new Command.RemoveJobs(queue, state, graceMs, JOB_ID_END, n, from)));
  }

  /** Of the queues of a pattern, as far as they may be administered. */
  static Plan.Steps<Reply> clean(String queues, JobState state, long graceMs, long limit) {
    return of(
        limit, List.of((n, from) -> new Command.CleanQueues(queues, state, graceMs, n, from)));
  }

  static Plan.Steps<Reply> purge(QueueName queue) {
    return clean(queue, JobState.FAILED, 0, Long.MAX_VALUE);
  }

  static Plan.Steps<Reply> retryAll(QueueName queue) {
    return of(
        Long.MAX_VALUE,
        List.of((limit, from) -> new Command.RetryDeadJobs(queue, null, limit, from)));
  }

  /**
   * Removes the jobs of every state, again until a round finds none, since removing one may bury
   * another; then the queue's settings.
   */
  static Plan.Steps<Reply> obliterate(QueueName queue) {
    List<Phase> phases = new ArrayList<>();
    for (JobState state : JobState.values()) {
      phases.add((limit, from) -> new Command.RemoveJobs(queue, state, 0, JOB_ID_END, limit, from));
    }
    phases.add((_, _) -> new Command.ForgetQueue(queue));
    return of(Long.MAX_VALUE, phases, true);
  }

  private static Plan.Steps<Reply> of(long limit, List<Phase> phases) {
    return of(limit, phases, false);
  }

  private static Plan.Steps<Reply> of(long limit, List<Phase> phases, boolean untilNothingIsLeft) {
    return (gateway, principal) -> {
      Removal removal = new Removal(gateway, principal, phases, limit, untilNothingIsLeft);
      removal.step();
      return removal.outcome;
    };
  }

  @SuppressWarnings("FutureReturnValueIgnored") // This object is told.
  private void step() {
    if (phases.isEmpty() && untilNothingIsLeft && count > countBefore) {
      countBefore = count;
      phases.addAll(program);
    }
    Phase phase = phases.peek();
    long left = limit - count;
    if (phase == null || left <= 0 || tooLate()) {
      complete(phase != null && left > 0);
    } else {
      Command command = phase.next((int) Math.min(left, REMOVALS_PER_COMMAND), from);
      gateway.submit(principal, null, command).whenComplete(this);
    }
  }

  private void complete(boolean more) {
    outcome.complete(new Removed((int) Math.min(count, Integer.MAX_VALUE), more));
  }

  private boolean tooLate() {
    return System.nanoTime() - startedNs > TimeUnit.MILLISECONDS.toNanos(Limits.REMOVAL_MS);
  }

  @Override
  public void accept(Reply reply, @Nullable Throwable failure) {
    if (count > 0 && (failure != null || reply instanceof Reply.Refused)) {
      // What was removed before is done, and must be told.
      complete(true);
      return;
    }
    if (failure != null) {
      outcome.completeExceptionally(failure);
      return;
    }
    switch (reply) {
      case Removed(int removed, boolean more, ByteString next) -> {
        count += removed;
        from = more ? next : ByteString.EMPTY;
        if (!more) {
          phases.poll();
        }
        step();
      }
      case Reply.Done _ -> {
        phases.poll();
        step();
      }
      case Reply.Refused refused -> outcome.complete(refused);
      case Reply.Pushed _, Reply.Delivered _, Reply.Acked _, Reply.Begun _ ->
          accept(reply, new IllegalStateException("not the reply to a removal: " + reply));
    }
  }
}
