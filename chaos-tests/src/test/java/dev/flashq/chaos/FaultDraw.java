package dev.flashq.chaos;

import dev.flashq.chaos.Fault.Cut.Way;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Draws faults; each kind comes once before any comes again. */
final class FaultDraw {
  private static final List<Duration> JUMPS =
      List.of(Duration.ofMinutes(2), Duration.ofMinutes(17), Duration.ofHours(1));

  private final Random random;
  private final List<ContainerNode> nodes;
  private final Supplier<ContainerNode> leader;
  private final FakeClocks clocks;
  private final Duration longest;
  private final Set<Kind> kinds = EnumSet.allOf(Kind.class);
  private final Queue<Kind> deck = new ArrayDeque<>();

  /** What faults are counted by. */
  enum Kind {
    KILL(5),
    KILL_ALL(2),
    FREEZE(8),
    CUT_OFF(30),
    CUT_OFF_LEADER(30),
    CUT_PAIR(30),
    CUT_ONE_WAY(30),
    CLOCK(10);

    private final int atMostSeconds;

    Kind(int atMostSeconds) {
      this.atMostSeconds = atMostSeconds;
    }
  }

  /**
   * @param lasts time until it is healed
   */
  record Drawn(Kind kind, Fault fault, Duration lasts) {}

  /**
   * @param leader who leads at a moment
   * @param longest how long any fault may last; some kinds are shorter
   */
  FaultDraw(
      Random random,
      List<ContainerNode> nodes,
      Supplier<ContainerNode> leader,
      FakeClocks clocks,
      Duration longest) {
    this.random = random;
    this.nodes = nodes;
    this.leader = leader;
    this.clocks = clocks;
    this.longest = longest;
    if (!clocks.canBeSet()) {
      kinds.remove(Kind.CLOCK);
    }
    if (!nodes.getFirst().canIgnore()) {
      kinds.removeAll(
          EnumSet.of(Kind.CUT_OFF, Kind.CUT_OFF_LEADER, Kind.CUT_PAIR, Kind.CUT_ONE_WAY));
    }
  }

  /** What is never drawn, for want of what it takes. */
  Set<Kind> leftOut() {
    return EnumSet.complementOf(EnumSet.copyOf(kinds));
  }

  Drawn next() {
    if (deck.isEmpty()) {
      List<Kind> order = new ArrayList<>(kinds);
      Collections.shuffle(order, random);
      deck.addAll(order);
    }
    Kind kind = deck.remove();
    long mostMs = Math.min(longest.toMillis(), kind.atMostSeconds * 1000L);
    Duration lasts = Duration.ofMillis(random.nextLong(500, mostMs));
    List<ContainerNode> order = new ArrayList<>(nodes);
    Collections.shuffle(order, random);
    return new Drawn(kind, fault(kind, order.getFirst(), order.get(1)), lasts);
  }

  private Fault fault(Kind kind, ContainerNode node, ContainerNode other) {
    return switch (kind) {
      case KILL -> new Fault.Kill(List.of(node));
      case KILL_ALL -> new Fault.Kill(nodes);
      case FREEZE -> new Fault.Freeze(node);
      case CUT_OFF -> Fault.Cut.off(node, nodes);
      case CUT_OFF_LEADER -> Fault.Cut.off(leader.get(), nodes);
      case CUT_PAIR -> new Fault.Cut(List.of(new Way(node, other), new Way(other, node)));
      case CUT_ONE_WAY -> new Fault.Cut((random.nextBoolean() ? from(node) : to(node)).toList());
      case CLOCK -> new Fault.ClockJump(node, jump(), clocks);
    };
  }

  private Stream<Way> from(ContainerNode node) {
    return others(node).map(other -> new Way(node, other));
  }

  private Stream<Way> to(ContainerNode node) {
    return others(node).map(other -> new Way(other, node));
  }

  private Stream<ContainerNode> others(ContainerNode node) {
    return nodes.stream().filter(other -> !other.equals(node));
  }

  private Duration jump() {
    Duration by = JUMPS.get(random.nextInt(JUMPS.size()));
    return random.nextBoolean() ? by : by.negated();
  }
}
