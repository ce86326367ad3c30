package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets between nodes get lost and come through again: the nodes hear each other soon, although
 * TCP waits for about as long as they got lost before it tries again.
 */
@NeedsContainers
class PartitionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration BETWEEN_PUSHES = Duration.ofMillis(20);
  private static final Duration CUT = Duration.ofSeconds(20);

  /** Twice and more what it takes on a machine with nothing else to do. */
  private static final long SOON_MS = 6_000;

  private static ContainerCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        ContainerCluster.start(
            new ContainerCluster.Plan("partition", "172.30.80", NodeImage.build()));
    cluster.awaitReady();
    assumeTrue(cluster.nodes().getFirst().canIgnore(), "packets can be dropped by root only");
    warmUp();
  }

  /** A cold node takes seconds for what it has missed, which says nothing of its connections. */
  private static void warmUp() {
    History history = new History();
    try (Workload workload =
        new Workload(cluster.addresses(), ContainerCluster.TOKEN, "warm-up", history)) {
      history.awaitProgress(10_000, LIMIT);
      workload.finish(LIMIT);
    }
  }

  @AfterAll
  static void remove() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @BeforeEach
  void allNodesAreReady() {
    cluster.awaitReady();
  }

  @Test
  void aFollowerThatWasCutOffIsReadySoon() throws InterruptedException {
    History history = new History();
    try (Workload workload = workload("cut-off", history)) {
      history.awaitProgress(100, LIMIT);
      ContainerNode leader = cluster.awaitLeader();
      ContainerNode follower = cluster.others(leader).findFirst().orElseThrow();
      Fault cut = Fault.Cut.off(follower, cluster.nodes());

      cut.begin();
      TimeUnit.NANOSECONDS.sleep(CUT.toNanos());
      cut.heal();

      long healed = System.nanoTime();
      long aim = NodePage.committed(cluster.page(leader));
      await()
          .atMost(LIMIT)
          .until(() -> cluster.isReady() && NodePage.applied(cluster.page(follower)) >= aim);
      long readyMs = millisSince(healed);
      System.out.println("PartitionTest: ready " + readyMs + " ms after " + CUT);
      assertThat(readyMs).isLessThan(SOON_MS);
      workload.finish(LIMIT);
    }
    history.check();
  }

  /** The leader and a follower can talk all the time, but not always the same follower. */
  @Test
  void theServiceGoesOnSoonWhenAnotherFollowerIsCutOff() throws InterruptedException {
    History history = new History();
    try (Workload workload = workload("cut-off-in-turn", history)) {
      history.awaitProgress(100, LIMIT);
      List<ContainerNode> followers = cluster.others(cluster.awaitLeader()).toList();
      Fault first = Fault.Cut.off(followers.getFirst(), cluster.nodes());
      Fault second = Fault.Cut.off(followers.getLast(), cluster.nodes());

      first.begin();
      TimeUnit.NANOSECONDS.sleep(CUT.toNanos());
      first.heal();
      second.begin();
      long changed = System.nanoTime();
      history.awaitProgress(200, LIMIT);
      long pauseMs = history.longestPauseMsSince(changed);
      second.heal();

      System.out.println("PartitionTest: no service for " + pauseMs + " ms after " + CUT);
      assertThat(pauseMs).isLessThan(SOON_MS);
      cluster.awaitReady();
      workload.finish(LIMIT);
    }
    history.check();
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static Workload workload(String queue, History history) {
    return new Workload(
        cluster.addresses(), ContainerCluster.TOKEN, queue, history, BETWEEN_PUSHES);
  }
}
