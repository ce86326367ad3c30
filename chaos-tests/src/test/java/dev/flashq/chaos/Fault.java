package dev.flashq.chaos;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Something that goes wrong in a cluster, and is put right again. */
sealed interface Fault {
  void begin();

  /** When it returns nothing is wrong any more, but the nodes have yet to recover. */
  void heal();

  /** Whether a majority of the members can talk with each other while it lasts. */
  default boolean leavesMajority() {
    return true;
  }

  /** kill -9, and a start. */
  record Kill(List<ContainerNode> nodes) implements Fault {
    @Override
    public void begin() {
      nodes.forEach(ContainerNode::kill);
    }

    @Override
    public void heal() {
      nodes.forEach(ContainerNode::start);
    }

    @Override
    public boolean leavesMajority() {
      return nodes.size() < 2;
    }

    @Override
    public String toString() {
      return "kill -9 of " + nodes;
    }
  }

  /** A machine that stands still; its connections stay. */
  record Freeze(ContainerNode node) implements Fault {
    @Override
    public void begin() {
      node.pause();
    }

    @Override
    public void heal() {
      node.unpause();
    }

    @Override
    public String toString() {
      return "freeze of " + node;
    }
  }

  /** Packets between nodes that get lost without a word; clients reach every node. */
  record Cut(List<Way> ways) implements Fault {
    /** What one node sends to another. */
    record Way(ContainerNode from, ContainerNode to) {
      @Override
      public String toString() {
        return from + " to " + to;
      }
    }

    /** The node and the others hear nothing from each other. */
    static Cut off(ContainerNode node, List<ContainerNode> nodes) {
      return new Cut(
          nodes.stream()
              .filter(other -> !other.equals(node))
              .flatMap(other -> Stream.of(new Way(node, other), new Way(other, node)))
              .toList());
    }

    @Override
    public void begin() {
      ways.forEach(way -> way.to.ignore(way.from));
    }

    @Override
    public void heal() {
      ways.stream().map(Way::to).distinct().forEach(ContainerNode::ignoreNobody);
    }

    @Override
    public String toString() {
      return "no packets " + ways;
    }
  }

  /** A clock that is set wrong, and right again. */
  record ClockJump(ContainerNode node, Duration by, FakeClocks clocks) implements Fault {
    @Override
    public void begin() {
      clocks.set(node.id(), by);
    }

    @Override
    public void heal() {
      clocks.set(node.id(), Duration.ZERO);
    }

    @Override
    public String toString() {
      return "clock of " + node + " set by " + by;
    }
  }
}
