package dev.flashq.cluster.simulation;

import java.util.List;

/** Brings about the faults of a plan and ends them. */
final class Nemesis {
  private final Simulation simulation;
  private final World world;

  Nemesis(Simulation simulation) {
    this.simulation = simulation;
    this.world = simulation.world();
  }

  void begin(List<Fault> faults) {
    faults.forEach(fault -> world.afterMs(fault.atMs(), () -> begin(fault)));
  }

  private void begin(Fault fault) {
    if (simulation.isCalm()) {
      return;
    }
    SimNode node = target(fault);
    world.note(() -> "FAULT " + fault + " hits " + node.name());
    switch (fault.kind()) {
      case KILL -> restartLater(fault, node, node::kill);
      case STOP -> restartLater(fault, node, node::stop);
      case POWER_CUT -> restartLater(fault, node, node::powerCut);
      case POWER_CUT_OF_ALL ->
          simulation.nodes().forEach(each -> restartLater(fault, each, each::powerCut));
      case FREEZE -> node.freeze(fault.durationMs());
      case LEAVE_LEADERSHIP -> {
        if (node.isRunning()) {
          node.raft().leaveLeadership();
        }
      }
      case ISOLATE, CUT_PAIR, CUT_ONE_WAY, LOSS, SLOW_NETWORK -> network(fault, node);
      case SLOW_DISK -> disk(fault, node, SimDisk.Fault.SLOW);
      case HUNG_DISK -> disk(fault, node, SimDisk.Fault.HUNG);
      case FAILING_DISK -> disk(fault, node, SimDisk.Fault.FAILING);
      case FULL_DISK -> {
        node.failCheckpoints(true);
        later(fault, () -> node.failCheckpoints(false));
      }
      case CLOCK_JUMP -> clock(fault, node, fault.size(), 0);
      case CLOCK_DRIFT -> clock(fault, node, 0, fault.size() / 1000.0);
    }
  }

  private SimNode target(Fault fault) {
    return fault.node() < 0
        ? simulation.leader().orElse(simulation.nodes().getFirst())
        : simulation.nodes().get(fault.node());
  }

  private void later(Fault fault, Runnable end) {
    world.afterMs(
        fault.durationMs(),
        () -> {
          if (!simulation.isCalm()) {
            end.run();
          }
        });
  }

  private void restartLater(Fault fault, SimNode node, Runnable death) {
    if (node.isRunning()) {
      death.run();
    }
    later(
        fault,
        () -> {
          if (!node.isRunning()) {
            node.start();
          }
        });
  }

  private void network(Fault fault, SimNode node) {
    SimNetwork network = simulation.network();
    int peer =
        (int) ((node.number() + 1 + fault.size() % (simulation.size() - 1)) % simulation.size());
    switch (fault.kind()) {
      case ISOLATE -> {
        for (int other = 0; other < simulation.size(); other++) {
          network.cut(node.number(), other);
          network.cut(other, node.number());
        }
      }
      case CUT_PAIR -> {
        network.cut(node.number(), peer);
        network.cut(peer, node.number());
      }
      case CUT_ONE_WAY -> network.cut(node.number(), peer);
      case LOSS -> network.loss = fault.size() / 1000.0;
      default -> network.slowMicros = 1000 * fault.size();
    }
    later(fault, network::heal);
  }

  private void disk(Fault fault, SimNode node, SimDisk.Fault what) {
    node.disk().fault = what;
    later(
        fault,
        () -> {
          node.disk().fault = SimDisk.Fault.NONE;
          if (!node.isRunning()) {
            node.start();
          }
        });
  }

  private void clock(Fault fault, SimNode node, long offset, double drift) {
    simulation.clocksWereWrong();
    node.setClock(offset, drift);
    later(fault, () -> node.setClock(0, 0));
  }

  /** Everything is well from now on. */
  void end() {
    simulation.network().heal();
    for (SimNode node : simulation.nodes()) {
      node.disk().fault = SimDisk.Fault.NONE;
      node.failCheckpoints(false);
      node.setClock(0, 0);
      node.thaw();
      if (!node.isRunning()) {
        node.start();
      }
    }
  }
}
