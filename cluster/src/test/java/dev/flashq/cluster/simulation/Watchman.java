package dev.flashq.cluster.simulation;

import java.util.HashMap;
import java.util.Map;

/** Sees whether what should happen soon on a healthy cluster does: timers, and waiting pulls. */
final class Watchman {
  static final long EVERY_MS = 100;

  /** Milliseconds by which a timer may be late. */
  private static final long LATE_MS = 300;

  /** So many looks in a row at a pull that waits beside jobs are too many. */
  private static final int LOOKS = 4;

  private final Simulation run;
  private final Map<String, Integer> starving = new HashMap<>();

  Watchman(Simulation run) {
    this.run = run;
  }

  void look() {
    long now = run.world().millis();
    if (!run.isQuietSince(now)) {
      starving.clear();
      return;
    }
    SimNode leader = run.leader().orElseThrow();
    if (leader.replica().nextTimerDue() < leader.core().clock().now() - LATE_MS) {
      run.violated("timers fire in time", leader.name() + " has one that is late");
    }
    for (Client client : run.clients()) {
      if (client instanceof Worker worker) {
        look(worker, now);
      }
    }
  }

  private void look(Worker worker, long now) {
    Worker.Pull pull = worker.waitsFor();
    SimNode node = pull == null ? null : pull.node();
    if (pull == null || node == null) {
      starving.remove(worker.name);
      return;
    }
    boolean starves =
        node.isRunning()
            && !node.isFrozen()
            && now - pull.since() > EVERY_MS
            && now < pull.since() + pull.waitMs()
            && node.replica().deliverable(pull.queue(), node.core().clock().now()).jobs() > 0;
    if (!starves) {
      starving.remove(worker.name);
    } else if (starving.merge(worker.name, 1, Integer::sum) >= LOOKS) {
      run.violated("a waiting pull is served", worker.name + " waits beside jobs: " + pull);
    }
  }
}
