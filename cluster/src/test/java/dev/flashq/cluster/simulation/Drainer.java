package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;

/** A good worker, who empties one queue in the end. */
final class Drainer extends Worker {
  private final QueueName queue;

  Drainer(Simulation simulation, String name, QueueName queue) {
    super(simulation, name);
    this.queue = queue;
  }

  @Override
  boolean goesOn() {
    return open() > 0;
  }

  @Override
  QueueName queue() {
    return queue;
  }

  @Override
  boolean isDone() {
    return super.isDone() && open() == 0;
  }

  @Override
  String state() {
    return super.state() + ", left: " + counts();
  }

  private long open() {
    Query.QueueView counts = counts();
    return counts.waiting() + counts.delayed() + counts.active();
  }

  /** As the leader has it; asked without a request, for the harness and not for the test. */
  private Query.QueueView counts() {
    SimNode node = simulation.leader().orElse(simulation.nodes().getFirst());
    return node.replica().ask(Principal.SYSTEM, new Query.GetQueue(queue));
  }
}
