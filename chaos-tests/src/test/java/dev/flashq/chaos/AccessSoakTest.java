package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients work on three real nodes while somebody grants, revokes and rotates and changes quotas,
 * and while nodes are killed. Afterwards the audit trail, whose order is that of the log, is
 * compared with what the administrator said and what the clients were told.
 */
class AccessSoakTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final String ADMIN = "an-admin-token-of-the-configuration";

  /** Of each kind. */
  private static final int CLIENTS = 3;

  @TempDir Path folder;
  private final SoakNotes notes = new SoakNotes();
  private final SoakRules rules = new SoakRules();
  private LocalCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(
                        3,
                        folder.resolve("nodes"),
                        0,
                        BuiltNode.command(),
                        Map.of("FLASHQ_AUTH_TOKENS", "admin:" + ADMIN, "FLASHQ_LOG_LEVEL", "warn"))
                    .withToken(Optional.of(ADMIN)))
            .start()
            .awaitReady(START);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void whatChangesWhileNodesDieHoldsInTheOrderOfTheLog() throws Exception {
    int acts;
    try (SoakAdmin admin = new SoakAdmin(cluster.nodes(), ADMIN, rules, notes)) {
      admin.prepare();
      admin.begin();
      List<SoakClient> clients = clients(admin);
      clients.forEach(SoakThread::begin);
      try {
        kill();
      } finally {
        clients.forEach(SoakThread::close);
      }
      acts = admin.acts();
    }
    assertThat(notes.failures).isEmpty();
    cluster.awaitReady(START);

    for (LocalNode node : cluster.nodes()) {
      assertThat(audit(node, "verify").checked()).contains("whole up to record");
    }
    List<TrailRecord> trail = trail(cluster.nodes().getLast());
    var verdict = new SoakVerdict(rules);
    verdict.requireRulesKept(trail);
    verdict.requireRecords(notes);
    System.out.println(
        "soak: %d records, %d acts, %d pushed, %d acknowledged, refused: %s"
            .formatted(trail.size(), acts, notes.pushed.size(), notes.acked.size(), notes.refused));
    requireThatThereWasSomethingToJudge(acts, verdict);
  }

  private List<SoakClient> clients(SoakAdmin admin) {
    var clients = new ArrayList<SoakClient>();
    for (int i = 0; i < CLIENTS; i++) {
      int role = i % SoakAdmin.ROLES;
      clients.add(new SoakClient.ByTcp(i, cluster.nodes(), () -> admin.text(role), notes));
      clients.add(new SoakClient.ByHttp(i, cluster.nodes(), () -> admin.text(role), notes));
    }
    return clients;
  }

  private void kill() {
    notes.awaitPushes(60, START);
    LocalNode leader = cluster.awaitLeader(START);
    LocalNode follower =
        cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
    follower.kill();
    notes.awaitPushes(40, START);
    follower.start();
    cluster.awaitReady(START);
    cluster.awaitLeader(START).kill();
    notes.awaitPushes(40, START);
    cluster.nodes().stream().filter(node -> !node.isAlive()).forEach(LocalNode::start);
    notes.awaitPushes(40, START);
    cluster.nodes().forEach(LocalNode::kill);
    cluster.nodes().forEach(LocalNode::start);
    cluster.awaitReady(START);
    notes.awaitPushes(100, START);
  }

  private void requireThatThereWasSomethingToJudge(int acts, SoakVerdict verdict) {
    assertThat(acts).isGreaterThan(30);
    assertThat(notes.acked.size()).isGreaterThan(50);
    assertThat(verdict.refusals("FORBIDDEN")).isGreaterThan(10);
    assertThat(verdict.refusals("RATE_LIMITED")).isGreaterThan(10);
  }

  private static Program audit(LocalNode node, String... words) {
    var environment = new HashMap<>(BuiltNode.AS_BUILT);
    environment.put("FLASHQ_TOKEN", ADMIN);
    var command = new ArrayList<>(List.of("./flashq", "audit"));
    command.addAll(List.of(words));
    command.addAll(List.of("--node", "http://127.0.0.1:" + node.httpPort()));
    return Program.run(environment, command);
  }

  private static List<TrailRecord> trail(LocalNode node) {
    return audit(node, "list", "--limit", "1000000")
        .checked()
        .lines()
        .filter(line -> line.startsWith("{\"number\""))
        .map(TrailRecord::of)
        .toList();
  }
}
