package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.History.Pushed;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** Sets limits and takes them back, pauses, cancels; and leaves everything open in the end. */
final class Operator extends Client {
  private static final long PATIENCE_MS = 7_000;

  private final Queue<Command> last = new ArrayDeque<>();
  private boolean working;
  private boolean finished;

  Operator(Simulation simulation, String name) {
    super(simulation, name);
    for (QueueName queue : Simulation.QUEUES) {
      last.add(new Command.SetPaused(queue, false));
      last.add(new Command.SetRateLimit(queue, null));
      last.add(new Command.SetConcurrency(queue, null));
    }
  }

  @Override
  void begin() {
    world.afterMs(world.between(100, 2_000), this::next);
  }

  @Override
  boolean isDone() {
    return finished && !working;
  }

  @Override
  String state() {
    return name + " has " + last.size() + " settings to take back";
  }

  private void next() {
    if (simulation.isCalm()) {
      finish();
      return;
    }
    working = true;
    submit(
        null,
        command(),
        PATIENCE_MS,
        _ -> {
          working = false;
          world.afterMs(world.between(50, 1_500), this::next);
        });
  }

  private Command command() {
    QueueName queue = world.any(Simulation.QUEUES);
    return switch ((int) world.between(0, 9)) {
      case 0 -> new Command.SetPaused(queue, true);
      case 1, 2 -> new Command.SetPaused(queue, false);
      case 3, 4 ->
          new Command.SetRateLimit(
              queue, new RateLimit(world.between(1, 20), world.between(100, 2_000)));
      case 5 -> new Command.SetRateLimit(queue, null);
      case 6 -> new Command.SetConcurrency(queue, (int) world.between(1, 5));
      case 7 -> new Command.SetConcurrency(queue, null);
      default -> cancel(queue);
    };
  }

  private Command cancel(QueueName queue) {
    List<Pushed> known =
        simulation.history().pushes().stream().filter(push -> !push.ids.isEmpty()).toList();
    if (known.isEmpty()) {
      return new Command.SetPaused(queue, false);
    }
    Pushed push = world.any(known);
    push.mayBeGone = true;
    return new Command.CancelJob(new JobId(push.ids.iterator().next()));
  }

  /** Until everything is taken back. */
  private void finish() {
    Command command = last.peek();
    if (command == null) {
      finished = true;
      return;
    }
    working = true;
    submit(
        null,
        command,
        PATIENCE_MS,
        reply -> {
          working = false;
          if (reply instanceof Reply.Done) {
            last.remove();
          }
          world.afterMs(10, this::finish);
        });
  }
}
