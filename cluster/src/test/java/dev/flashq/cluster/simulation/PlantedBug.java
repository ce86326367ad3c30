package dev.flashq.cluster.simulation;

import dev.flashq.cluster.propose.ReplicatedLog;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.gateway.CommandGateway;

/** Where a bug can be planted into a node; this one plants none. */
class PlantedBug {
  static final PlantedBug NONE = new PlantedBug();

  QueueEngine engine(SimNode node, QueueEngine engine) {
    return engine;
  }

  ReplicatedLog log(SimNode node, ReplicatedLog log) {
    return log;
  }

  CommandGateway gateway(SimNode node, CommandGateway gateway) {
    return gateway;
  }

  /** How many members' disks make an entry count as committed. */
  int majority(int members) {
    return members / 2 + 1;
  }

  /** The node's disk before its first start. */
  void disk(SimNode node) {}

  /** The node is about to start. */
  void starts(SimNode node) {}

  /** The node has been put together and not started. */
  void installed(SimNode node) {}
}
