package dev.flashq.statemachine.queue;

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
    Queue queue = queues.find(name);
    if (queue == null && sets) {
      Reply.Refused refusal = queues.refusal(turn);
      if (refusal != null) {
        return refusal;
      }
      queue = queues.add(name, turn);
    }
    if (queue != null) {
      change.accept(queue);
      turn.emit(new Fact.RulesChanged(name));
    }
    return Reply.Done.DONE;
  }
}
