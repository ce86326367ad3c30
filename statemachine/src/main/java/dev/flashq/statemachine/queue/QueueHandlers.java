package dev.flashq.statemachine.queue;

import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command.SetConcurrency;
import dev.flashq.statemachine.Command.SetPaused;
import dev.flashq.statemachine.Command.SetRateLimit;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.Turn;
import java.util.function.Consumer;

/** Settings of a queue; setting one makes the queue known. */
public final class QueueHandlers {
  private final QueueStore queues;

  public QueueHandlers(QueueStore queues) {
    this.queues = queues;
  }

  public Reply pause(SetPaused command) {
    return change(command.queue(), queue -> queues.pause(queue, command.paused()));
  }

  public Reply limitRate(SetRateLimit command, Turn turn) {
    return change(command.queue(), queue -> queues.limitRate(queue, command.limit(), turn.now()));
  }

  public Reply limitConcurrency(SetConcurrency command) {
    return change(command.queue(), queue -> queues.limitConcurrency(queue, command.limit()));
  }

  private Reply change(QueueName name, Consumer<Queue> change) {
    Queue queue = queues.findOrAdd(name);
    if (queue == null) {
      return new Reply.Refused(
          LIMIT_EXCEEDED, "The cluster keeps at most " + Limits.QUEUES + " queues");
    }
    change.accept(queue);
    return Reply.Done.DONE;
  }
}
