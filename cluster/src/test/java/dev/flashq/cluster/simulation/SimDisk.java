package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.Message.LogEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The Raft log of one node on its disk: what was written, and how much of it a power cut leaves.
 * Term and vote are on disk before anybody hears of them.
 */
final class SimDisk {
  /** What is the matter with it. */
  enum Fault {
    NONE,
    /** Each write takes a good part of a second. */
    SLOW,
    /** Writes do not come back until the fault is over. */
    HUNG,
    /** The next write fails, and the node with it. */
    FAILING
  }

  private final World world;
  private final List<LogEntry> entries = new ArrayList<>();
  private long baseIndex;
  private long baseTerm;
  private long synced;
  private long term;
  private int votedFor = -1;
  Fault fault = Fault.NONE;

  /** For a planted bug: says that everything is on disk, which it is seconds later. */
  boolean lies;

  SimDisk(World world) {
    this.world = world;
  }

  long term() {
    return term;
  }

  int votedFor() {
    return votedFor;
  }

  void vote(long newTerm, int candidate) {
    term = newTerm;
    votedFor = candidate;
  }

  /** The last entry before those that are kept; that of a checkpoint. */
  long baseIndex() {
    return baseIndex;
  }

  long lastIndex() {
    return baseIndex + entries.size();
  }

  long lastTerm() {
    return entries.isEmpty() ? baseTerm : entries.getLast().term();
  }

  long termAt(long index) {
    return index == baseIndex ? baseTerm : at(index).term();
  }

  LogEntry at(long index) {
    return entries.get((int) (index - baseIndex - 1));
  }

  List<LogEntry> from(long index, int limit) {
    int start = (int) (index - baseIndex - 1);
    return List.copyOf(entries.subList(start, Math.min(entries.size(), start + limit)));
  }

  long synced() {
    return lies ? lastIndex() : Math.min(synced, lastIndex());
  }

  void append(LogEntry entry) {
    entries.add(entry);
  }

  /** Drops the entry and all behind it. */
  void cut(long fromIndex) {
    entries.subList((int) (fromIndex - baseIndex - 1), entries.size()).clear();
    synced = Math.min(synced, fromIndex - 1);
  }

  /** Brings what has been written so far to disk, some time later. */
  void sync(Runnable done, Runnable failed) {
    long upTo = lastIndex();
    if (lies) {
      world.after(200, done);
      world.after(2_000_000, () -> synced = Math.max(synced, Math.min(upTo, lastIndex())));
      return;
    }
    long delay =
        switch (fault) {
          case NONE, FAILING -> world.between(100, 900);
          case SLOW -> world.between(50_000, 600_000);
          case HUNG -> 20_000;
        };
    world.after(
        delay,
        () -> {
          switch (fault) {
            case HUNG -> sync(done, failed);
            case FAILING -> failed.run();
            case NONE, SLOW -> {
              synced = Math.max(synced, Math.min(upTo, lastIndex()));
              done.run();
            }
          }
        });
  }

  /** Everything up to the index is in a checkpoint; keeps some of it for those that lag. */
  void compact(long index, long indexTerm, int kept) {
    long to = Math.min(index - kept, lastIndex());
    if (to <= baseIndex) {
      return;
    }
    baseTerm = to == index ? indexTerm : termAt(to);
    entries.subList(0, (int) (to - baseIndex)).clear();
    baseIndex = to;
  }

  /** A checkpoint of the leader takes the place of the log. */
  void replace(long index, long indexTerm) {
    if (index <= lastIndex() && index >= baseIndex && termAt(index) == indexTerm) {
      compact(index, indexTerm, 0);
      return;
    }
    entries.clear();
    baseIndex = index;
    baseTerm = indexTerm;
    synced = index;
  }

  /** What was not on disk is gone. */
  void powerCut() {
    if (lastIndex() > synced) {
      entries.subList((int) Math.max(0, synced - baseIndex), entries.size()).clear();
    }
  }
}
