package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.chaos.FaultDraw.Drawn;
import dev.flashq.chaos.FaultDraw.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Lets drawn faults happen one after the other, and says what each has cost. */
final class Nemesis {
  /** A node that was away, cold, on two cores that everything shares. */
  private static final Duration HEALING = Duration.ofSeconds(120);

  private static final int JOBS_BETWEEN = 100;

  private final ContainerCluster cluster;
  private final FaultDraw draw;
  private final History history;
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private long longestPauseMs;
  private long worstHealingMs;

  Nemesis(ContainerCluster cluster, FaultDraw draw, History history) {
    this.cluster = cluster;
    this.draw = draw;
    this.history = history;
  }

  /** One fault; returns when everything works again. Fails when it does not, or a node has gone. */
  void strike() {
    Drawn drawn = draw.next();
    counts.merge(drawn.kind(), 1, Integer::sum);
    Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    long begun = System.nanoTime();
    drawn.fault().begin();
    pause(drawn.lasts());
    drawn.fault().heal();
    long healed = System.nanoTime();

    await().atMost(HEALING).until(() -> allRun() && cluster.isReady());
    long readyMs = millisSince(healed);
    await().atMost(HEALING).until(this::allHearEachOther);
    long hearMs = millisSince(healed);
    history.awaitProgress(JOBS_BETWEEN, HEALING);

    long pauseMs = history.longestPauseMsSince(drawn.fault().leavesMajority() ? begun : healed);
    longestPauseMs = Math.max(longestPauseMs, pauseMs);
    worstHealingMs = Math.max(worstHealingMs, readyMs);
    System.out.printf(
        "%s %s for %d ms: all ready %d ms after it, all hear each other after %d ms;"
            + " longest pause with a majority %d ms%n",
        at, drawn.fault(), drawn.lasts().toMillis(), readyMs, hearMs, pauseMs);
  }

  /** Nobody but the faults ends a node. */
  private boolean allRun() {
    assertThat(cluster.nodes()).allMatch(ContainerNode::isRunning);
    return true;
  }

  private boolean allHearEachOther() {
    return cluster.nodes().stream().map(cluster::page).allMatch(NodePage::hearsAll);
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  Map<Kind, Integer> counts() {
    return Collections.unmodifiableMap(counts);
  }

  /** The longest time without an answer while a majority could talk. */
  long longestPauseMs() {
    return longestPauseMs;
  }

  /** The longest time from the end of a fault until all nodes were ready. */
  long worstHealingMs() {
    return worstHealingMs;
  }
}
