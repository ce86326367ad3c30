package dev.flashq.cluster.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/** Time and chance of a simulation. What is due at the same time comes in any order. */
final class World {
  private static final int KEPT_LINES = 400;

  /** Unix ms at the begin. */
  private static final long BEGIN = 1_700_000_000_000L;

  private record Event(long at, int order, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::at)
              .thenComparingInt(Event::order)
              .thenComparingLong(Event::number));
  private final Random random;
  private final boolean tracing;
  private final Deque<String> trace = new ArrayDeque<>();
  private long nowMicros;
  private long made;
  private long steps;

  World(long seed, boolean tracing) {
    this.random = new Random(seed);
    this.tracing = tracing;
  }

  /** Microseconds since the begin. */
  long micros() {
    return nowMicros;
  }

  long millis() {
    return nowMicros / 1000;
  }

  /** The true time, Unix ms. */
  long unixMs() {
    return BEGIN + millis();
  }

  long steps() {
    return steps;
  }

  Random random() {
    return random;
  }

  /** A number from the one to the other, both included. */
  long between(long from, long to) {
    return from + random.nextLong(to - from + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  void after(long micros, Runnable action) {
    events.add(new Event(nowMicros + Math.max(0, micros), random.nextInt(), made++, action));
  }

  void afterMs(long ms, Runnable action) {
    after(1000 * ms, action);
  }

  /** Lets the next thing happen; false when nothing will ever happen again. */
  boolean step() {
    Event next = events.poll();
    if (next == null) {
      return false;
    }
    nowMicros = Math.max(nowMicros, next.at);
    steps++;
    next.action.run();
    return true;
  }

  /** Lets everything happen up to a time. */
  void runUntil(long endMicros) {
    while (!events.isEmpty() && events.peek().at <= endMicros) {
      step();
    }
    nowMicros = Math.max(nowMicros, endMicros);
  }

  /** What is still to happen. */
  int pending() {
    return events.size();
  }

  void note(Supplier<String> line) {
    if (tracing) {
      trace.addLast(String.format(Locale.ROOT, "%10.3f ms  %s", nowMicros / 1000.0, line.get()));
      if (trace.size() > KEPT_LINES) {
        trace.removeFirst();
      }
    }
  }

  List<String> trace() {
    return new ArrayList<>(trace);
  }
}
