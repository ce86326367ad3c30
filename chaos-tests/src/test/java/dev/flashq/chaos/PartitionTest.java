package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets get lost. When those between nodes come through again, the nodes hear each other soon,
 * although TCP waits for about as long as they got lost before it tries again; and a client from
 * which none come any more holds nothing.
 */
@NeedsContainers
class PartitionTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration BETWEEN_PUSHES = Duration.ofMillis(20);
  private static final Duration CUT = Duration.ofSeconds(20);

  /** Twice and more what it takes on a machine with nothing else to do. */
  private static final long SOON_MS = 6_000;

  /** How long a client may be silent. */
  private static final long SILENT_MS = 6_000;

  private static final Pattern OPEN =
      Pattern.compile("^flashq_connections_open(?:\\{.*})? ([0-9.]+)$", Pattern.MULTILINE);

  private static ContainerCluster cluster;

  @BeforeAll
  static void start() {
    cluster =
        ContainerCluster.start(
            new ContainerCluster.Plan(
                "partition",
                "172.30.80",
                NodeImage.build(),
                Map.of("FLASHQ_LIMITS_SILENT_MS", Long.toString(SILENT_MS)),
                _ -> List.of()));
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

  /** One that waits, and one that was sent something which its machine has not confirmed. */
  @Test
  void aClientThatIsGoneHoldsNothing() throws IOException {
    ContainerNode node = cluster.awaitLeader();
    double before = openAt(node);
    try (Socket waiting = pulling(node, "nothing-yet");
        Socket served = pulling(node, "something");
        FlashQ client = cluster.connect()) {
      node.ignorePort(waiting.getLocalPort());
      node.ignorePort(served.getLocalPort());
      client.push("something", Data.NULL).join();

      await()
          .atMost(Duration.ofMillis(3 * SILENT_MS))
          .untilAsserted(() -> assertThat(openAt(node)).isLessThanOrEqualTo(before + 1));

      client.push("nothing-yet", Data.NULL).join();
      assertThat(client.pull("nothing-yet", 1, Duration.ofSeconds(5)).join()).hasSize(1);
    } finally {
      node.ignoreNobody();
    }
  }

  private static double openAt(ContainerNode node) {
    Matcher open = OPEN.matcher(cluster.metrics(node));
    assertThat(open.find()).isTrue();
    return Double.parseDouble(open.group(1));
  }

  private static Socket pulling(ContainerNode node, String queue) throws IOException {
    Socket socket = new Socket(node.host(), 6789);
    String commands =
        "{\"cmd\":\"AUTH\",\"token\":\"%s\"}\n{\"cmd\":\"PULL\",\"queue\":\"%s\",\"timeout\":60000}\n"
            .formatted(ContainerCluster.TOKEN, queue);
    socket.getOutputStream().write(commands.getBytes(StandardCharsets.UTF_8));
    var answers = new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8);
    assertThat(new BufferedReader(answers).readLine()).contains("true");
    return socket;
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  private static Workload workload(String queue, History history) {
    return new Workload(
        cluster.addresses(), ContainerCluster.TOKEN, queue, history, BETWEEN_PUSHES);
  }
}
