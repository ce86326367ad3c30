package dev.flashq.statemachine.queue;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.ForgetQueue;
import dev.flashq.statemachine.Command.SetConcurrency;
import dev.flashq.statemachine.Command.SetPaused;
import dev.flashq.statemachine.Command.SetRateLimit;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.turn.Turn;
import java.util.function.Consumer;

/** Settings of a queue; setting one makes the queue known, taking one back does not. */
public final class QueueHandlers {
  private final QueueStore queues;

  public QueueHandlers(QueueStore queues) {
    this.queues = queues;
  }

  public Reply pause(SetPaused command, Turn turn) {
    return change(
        command.queue(), command.paused(), queue -> queues.pause(queue, command.paused()), turn);
  }

  public Reply limitRate(SetRateLimit command, Turn turn) {
    return change(
        command.queue(),
        command.limit() != null,
        queue -> queues.limitRate(queue, command.limit(), turn.now()),
        turn);
  }

  public Reply limitConcurrency(SetConcurrency command, Turn turn) {
    return change(
        command.queue(),
        command.limit() != null,
        queue -> queues.limitConcurrency(queue, command.limit()),
        turn);
  }

  public Reply forget(ForgetQueue command, Turn turn) {
    Queue queue = queues.find(command.queue());
    if (queue != null) {
      turn.emit(new Fact.RulesChanged(queue.name()));
      queues.forget(queue);
    }
    return Reply.Done.DONE;
  }

  private Reply change(QueueName name, boolean sets, Consumer<Queue> change, Turn turn) {
    Queue queue = sets ? queues.findOrAdd(name) : queues.find(name);
    if (queue != null) {
      change.accept(queue);
      turn.emit(new Fact.RulesChanged(name));
    } else if (sets) {
      return new Reply.Refused(
          LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.QUEUES + " queues");
    }
    return Reply.Done.DONE;
  }
}
