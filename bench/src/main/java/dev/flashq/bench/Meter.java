package dev.flashq.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the nodes use between two moments of a workload; nothing is known of a target's. */
final class Meter {
  private final Supplier<Map<String, NodeUse>> nodes;
  private final Map<String, NodeUse> before;
  private final long start = System.nanoTime();

  /**
   * @param nodes what each has used so far
   */
  Meter(Supplier<Map<String, NodeUse>> nodes) {
    this.nodes = nodes;
    this.before = nodes.get();
  }

  /** Until now; empty when a node was killed in between. */
  Reading read() {
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpu = 0;
    var switches = new LinkedHashMap<String, Long>();
    for (Map.Entry<String, NodeUse> after : nodes.get().entrySet()) {
      if (after.getValue().isGone()) {
        return new Reading(seconds, 0, Map.of());
      }
      NodeUse first = before.get(after.getKey());
      if (first != null) {
        cpu += after.getValue().cpuSecondsSince(first);
        switches.put(after.getKey(), after.getValue().switchesSince(first));
      }
    }
    return new Reading(seconds, cpu, switches);
  }

  /**
   * @param cpuSeconds of all nodes together
   * @param switches how often threads went to sleep, by node
   */
  record Reading(double seconds, double cpuSeconds, Map<String, Long> switches) {
    boolean isEmpty() {
      return switches.isEmpty();
    }
  }
}
