package dev.flashq.cluster.peers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** The latest word of each other member, while it is fresh. For any thread. */
public final class Members {
  /** Milliseconds for which a member's word holds: some are told in that time. */
  static final long FRESH_MS = 5_000;

  private final String self;
  private final List<String> all;
  private final LongSupplier elapsedMs;
  private final TreeMap<String, Heard> heard = new TreeMap<>();

  /**
   * @param atMs when it was heard, by a clock that never jumps
   * @param offsetMs how far the member's clock was before ours then, but for the way of the message
   */
  record Heard(Hello hello, long atMs, long offsetMs) {}

  public Members(String self, Collection<String> all, LongSupplier elapsedMs) {
    this.self = self;
    this.all = List.copyOf(all);
    this.elapsedMs = elapsedMs;
  }

  /**
   * @param unixMs what this node's clock shows; false when nobody of that name is a member
   */
  public synchronized boolean hear(Hello hello, long unixMs) {
    if (!all.contains(hello.node()) || hello.node().equals(self)) {
      return false;
    }
    heard.put(hello.node(), new Heard(hello, elapsedMs.getAsLong(), hello.unixMs() - unixMs));
    return true;
  }

  public synchronized Optional<Hello> lately(String member) {
    Heard latest = heard.get(member);
    return latest == null || isOld(latest) ? Optional.empty() : Optional.of(latest.hello);
  }

  synchronized List<Heard> fresh() {
    return heard.values().stream().filter(latest -> !isOld(latest)).toList();
  }

  private boolean isOld(Heard latest) {
    return elapsedMs.getAsLong() - latest.atMs > FRESH_MS;
  }

  /** What the others have said lately. */
  public synchronized List<Hello> words() {
    return fresh().stream().map(Heard::hello).toList();
  }

  /** Members that make a majority. */
  public int majority() {
    return all.size() / 2 + 1;
  }

  /** The greatest feature level that all members understand; 0 while one of them is silent. */
  public int commonFeatureLevel(int own) {
    List<Heard> others = fresh();
    return others.size() < all.size() - 1
        ? 0
        : others.stream().mapToInt(latest -> latest.hello.featureLevel()).reduce(own, Math::min);
  }

  /**
   * How far the clock of the majority is before ours, ms: of all known clocks the one in the
   * middle, the slower of two. Empty while fewer than a majority are known.
   */
  public Optional<Long> medianOffsetMs() {
    var offsets = new ArrayList<Long>();
    offsets.add(0L);
    fresh().forEach(latest -> offsets.add(latest.offsetMs));
    if (offsets.size() < majority()) {
      return Optional.empty();
    }
    offsets.sort(null);
    return Optional.of(offsets.get((offsets.size() - 1) / 2));
  }

  /** How far a member's clock is from that of the majority, ms, if both are known. */
  public Optional<Long> deviationMs(String member) {
    Optional<Long> median = medianOffsetMs();
    if (member.equals(self)) {
      return median.map(ms -> -ms);
    }
    return fresh().stream()
        .filter(latest -> latest.hello.node().equals(member))
        .findFirst()
        .flatMap(latest -> median.map(ms -> latest.offsetMs - ms));
  }
}
