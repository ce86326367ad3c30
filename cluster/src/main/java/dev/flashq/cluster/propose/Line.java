package dev.flashq.cluster.propose;

import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.QueueName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Commands that wait for their entry, in the order of their arrival. Used by one thread. */
final class Line {
  private final Deque<PendingCommand> commands = new ArrayDeque<>();

  private final boolean ordering;
  private long bytes;

  /** How many of them push to a queue; kept only where it is asked for. */
  private final Map<QueueName, Integer> pushes = new HashMap<>();

  /**
   * @param ordering whether commands elsewhere may have to stay behind these
   */
  Line(boolean ordering) {
    this.ordering = ordering;
  }

  void add(PendingCommand command) {
    commands.add(command);
    count(command, 1);
  }

  /** Puts commands in front that had been taken. */
  void putBack(List<PendingCommand> taken) {
    for (PendingCommand command : taken.reversed()) {
      commands.push(command);
      count(command, 1);
    }
  }

  @Nullable PendingCommand peek() {
    return commands.peek();
  }

  @Nullable PendingCommand poll() {
    PendingCommand first = commands.poll();
    if (first != null) {
      count(first, -1);
    }
    return first;
  }

  boolean isWorthAnEntry() {
    return Proposer.isWorthAnEntry(commands.size(), bytes);
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** Whether the command must stay behind one of these, so that jobs keep the order of pushes. */
  boolean holdsUp(PendingCommand command) {
    return !commands.isEmpty()
        && command.submission().command() instanceof PushJobs push
        && pushes.containsKey(push.queue());
  }

  private void count(PendingCommand command, int by) {
    bytes += by * command.bytes();
    if (ordering && command.submission().command() instanceof PushJobs push) {
      pushes.merge(push.queue(), by, (a, b) -> a + b == 0 ? null : a + b);
    }
  }
}
