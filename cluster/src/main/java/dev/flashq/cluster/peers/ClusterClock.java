package dev.flashq.cluster.peers;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The replicated clock as this node knows it. It advances with a clock that never jumps and is
 * drawn slowly towards the clock in the middle of those of a majority, so that no clock that is set
 * or wrong moves it. Whoever leads stamps entries with it; the others follow the stamps.
 *
 * <p>After a stop of the whole cluster nobody knows how long that took: then the first leader
 * begins with the clock of the majority. For any thread.
 */
public final class ClusterClock {
  /** Milliseconds by which it is drawn in one second. */
  private static final long SLEW_MS_PER_SECOND = 1;

  /** Milliseconds between two looks at the clocks of the others. */
  private static final long DRAW_MS = 100;

  private final Members members;
  private final LongSupplier elapsedMs;
  private final LongSupplier unixMs;
  private long clockMs;
  private long readAtMs;
  private long drawnAtMs;

  /** What is left of drawing it, in parts of 1/1000 ms. */
  private long slewed;

  private boolean known;

  /**
   * @param elapsedMs milliseconds since some moment; never jumps
   * @param unixMs what people call time; may jump
   */
  public ClusterClock(Members members, LongSupplier elapsedMs, LongSupplier unixMs) {
    this.members = members;
    this.elapsedMs = elapsedMs;
    this.unixMs = unixMs;
    this.readAtMs = elapsedMs.getAsLong();
    this.drawnAtMs = readAtMs;
  }

  /** Unix ms. */
  public synchronized long now() {
    long nowMs = elapsedMs.getAsLong();
    long passed = Math.max(0, nowMs - readAtMs);
    readAtMs = nowMs;
    clockMs += passed;
    if (nowMs - drawnAtMs >= DRAW_MS) {
      if (known) {
        draw(nowMs - drawnAtMs);
      }
      drawnAtMs = nowMs;
    }
    return clockMs;
  }

  private void draw(long passed) {
    Optional<Long> offset = members.medianOffsetMs();
    if (offset.isEmpty()) {
      return;
    }
    long error = unixMs.getAsLong() + offset.get() - clockMs;
    slewed += Long.signum(error) * Math.min(passed, 3_600_000) * SLEW_MS_PER_SECOND;
    long step = slewed / 1_000;
    slewed -= step * 1_000;
    // Never back: it stands still for a while at most.
    clockMs += Math.abs(step) > Math.abs(error) ? error : step;
  }

  /** An entry was applied, or a state restored: the replicated clock is there. */
  public synchronized void advance(long replicatedMs) {
    if (replicatedMs > now()) {
      clockMs = replicatedMs;
    }
  }

  /** Whether it comes from a leader, from one who heard one, or from {@link #begin}. */
  public synchronized boolean isKnown() {
    return known;
  }

  /** Another member told its clock: for one that has just started that is the first it hears. */
  public synchronized void hear(Hello hello) {
    if (!known && hello.clockKnown()) {
      advance(hello.clockMs());
      known = true;
    }
  }

  /**
   * The first leader after a stop begins with the clock of the majority.
   *
   * @param patient whether to wait while fewer than a majority of the clocks are known; otherwise
   *     this node's own is taken
   * @return by how many ms it was set forward; empty while it waits
   */
  public synchronized Optional<Long> begin(boolean patient) {
    if (known) {
      return Optional.of(0L);
    }
    Optional<Long> offset = members.medianOffsetMs();
    if (offset.isEmpty() && patient) {
      return Optional.empty();
    }
    long before = now();
    advance(unixMs.getAsLong() + offset.orElse(0L));
    known = true;
    return Optional.of(clockMs - before);
  }

  /** What the majority's clocks show; empty while too few are known. Unix ms. */
  public Optional<Long> majorityMs() {
    return members.medianOffsetMs().map(offset -> unixMs.getAsLong() + offset);
  }
}
