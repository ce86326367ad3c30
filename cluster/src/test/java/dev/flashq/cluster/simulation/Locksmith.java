package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Command;
import java.util.ArrayList;
import java.util.List;

/** Has the producers' queues sealed, now under this key and now under that. */
final class Locksmith extends Busy {
  private static final long PATIENCE_MS = 7_000;
  private static final List<String> PATTERNS = patterns();

  Locksmith(Simulation simulation, String name) {
    super(simulation, name);
  }

  /** Whether there is one in a run. */
  static boolean isIn(long seed) {
    return seed % 3 == 0;
  }

  private static List<String> patterns() {
    var patterns = new ArrayList<String>();
    Simulation.QUEUES.forEach(queue -> patterns.add(queue.value()));
    patterns.add(Simulation.QUEUES.getFirst().value() + "*");
    return List.copyOf(patterns);
  }

  @Override
  String state() {
    return name + " changes keys";
  }

  @Override
  void turn() {
    submit(null, command(), PATIENCE_MS, _ -> goOn(100, 2_000));
  }

  private Command command() {
    String queues = world.any(PATTERNS);
    return world.chance(0.15)
        ? new Command.UnsealQueues(queues)
        : new Command.SealQueues(queues, null, false);
  }
}
